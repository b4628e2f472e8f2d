/// The style sheet of the page: shades of one ink, and one colour for what needs attention.
enum ReportStyle {
    static let sheet: StaticString = """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1b1d20;--soft:#5a6068;--rule:#dfe2e6;--bar:#4a4f57;
        --bar2:#8a9099;--wash:#c9cdd3;--bad:#b3361a}
        @media(prefers-color-scheme:dark){:root{--paper:#15171a;--ink:#e7e9ec;--soft:#a1a8b1;--rule:#2e3238;
        --bar:#c0c5cc;--bar2:#868d97;--wash:#474d56;--bad:#ff9a76}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0 auto;max-width:1120px;padding:32px 24px 64px;background:var(--paper);color:var(--ink);
        font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
        font-variant-numeric:tabular-nums lining-nums;overflow-wrap:anywhere}
        h1{font-size:30px;line-height:1.15;font-weight:650;letter-spacing:-.015em;margin:0 0 4px}
        h2{font-size:18px;line-height:1.25;font-weight:650;margin:40px 0 8px;padding-top:12px;border-top:1px solid var(--ink)}
        h3{font-size:14px;font-weight:650;margin:18px 0 4px}
        p{margin:4px 0}
        a{color:inherit;text-decoration:underline;text-decoration-color:var(--wash);text-underline-offset:2px}
        a:hover{text-decoration-color:currentColor}
        code,.id{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:12px}
        .maker{font-size:12px;letter-spacing:.08em;text-transform:uppercase;color:var(--soft);margin:0 0 20px}
        .period{font-size:16px}
        .made,.about,.none,.id{color:var(--soft)}
        .bad{color:var(--bad)}
        .figures{display:flex;flex-wrap:wrap;gap:16px 48px;margin:28px 0 0;padding:16px 0 0;border-top:3px solid var(--ink)}
        .figures dd{margin:0;font-size:26px;line-height:1.1;font-weight:600;letter-spacing:-.01em}
        .figures dt{color:var(--soft);margin-top:2px}
        .figures .bad dt{color:var(--bad)}
        table{width:100%;border-collapse:collapse;margin:4px 0 12px}
        th{text-align:left;font-weight:500;color:var(--soft);font-size:12px;padding:4px 16px 4px 0;vertical-align:bottom;
        border-bottom:1px solid var(--rule);overflow-wrap:normal}
        td{padding:5px 16px 5px 0;vertical-align:top;border-bottom:1px solid var(--rule)}
        th:last-child,td:last-child{padding-right:0}
        time{white-space:nowrap}
        svg{display:block}
        .apps td{vertical-align:middle}
        .apps .c0{width:20%}.apps .c1{width:19%}.apps .c2{width:8%}.apps .c3{width:20%}.apps .c4{width:11%}
        .apps .c2,.requests .c2,.requests .c5,.targets .c3,.actions .c1{text-align:right}
        .exceptions .c0{width:140px}.exceptions .c1{width:18%}.exceptions .c2{width:16%}
        .actions .c0{width:160px}.actions .c1{width:72px}.actions .c2{width:14%}
        .actions .c3,.actions .c4{width:16%}
        .brief{width:100%}
        .gauge{display:flex;align-items:center;gap:8px}
        .gauge svg{flex:none}.gauge .words{overflow-wrap:normal}
        .gauge .all{fill:var(--wash)}.gauge .part{fill:var(--bar)}
        .gauge.bad .part{fill:var(--bad)}
        .timeline{width:100%;margin:12px 0 8px;overflow:visible}
        .live{fill:var(--bar)}.other{fill:var(--bar2)}.grace{fill:var(--wash)}.asked{fill:var(--bar2)}
        .verified{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}.pushed{fill:var(--ink)}
        line.bad{stroke:var(--bad);stroke-width:2}
        .tick{stroke:var(--rule)}
        text{fill:var(--soft);font-size:11px}
        text.number{fill:var(--ink)}
        text.revoked{fill:var(--ink);font-size:14px;text-anchor:middle}
        text.end{text-anchor:end}
        .rotation{margin:14px 0 18px;break-inside:avoid}
        .rotation h3{display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline;margin:0 0 6px}
        .state{font-weight:500}.id,.lines{font-weight:400;color:var(--soft)}.lines{font-size:12px;margin-left:auto}
        .legend{display:flex;flex-wrap:wrap;gap:4px 20px;color:var(--soft);font-size:12px;margin:8px 0 0}
        .legend span{display:flex;align-items:center;gap:6px}
        .steps{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:6px 20px;margin:0}
        .moves{border-top:1px solid var(--rule);margin-top:6px;padding-top:6px}
        .steps dt{font-size:12px;color:var(--soft)}
        .steps dd{margin:0}
        .steps .words{display:block;color:var(--soft)}
        .reason{color:var(--bad)}.ending{color:var(--soft);margin:4px 0 0}
        @media(max-width:720px){
        body{padding:20px 16px 48px}
        h1{font-size:24px}
        .figures{gap:14px 32px}
        thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        table,tbody,tr,td{display:block;width:auto!important}
        tr{padding:8px 0;border-bottom:1px solid var(--rule)}
        td{display:flex;gap:12px;padding:2px 0;border:0;text-align:left!important}
        td::before{content:attr(data-column);flex:0 0 7.5em;color:var(--soft);font-size:12px;line-height:1.7}
        td:empty{display:none}
        td>svg{flex:1}
        }
        @page{margin:14mm 12mm 16mm}
        @media print{
        :root{--paper:#fff;--ink:#000;--soft:#4d5258;--rule:#d5d8dc;--bar:#4a4f57;--bar2:#8a9099;--wash:#c9cdd3;--bad:#a32c12}
        body{max-width:none;padding:0;font-size:9.5pt}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        h2,h3,.about,thead{break-after:avoid}
        .timeline{break-before:avoid}
        tr,.timeline,.figures,.rotation{break-inside:avoid}
        .rotation{margin:10px 0 12px}
        h2{font-size:13pt;margin-top:26px}h3{font-size:9.5pt}
        .steps{grid-template-columns:repeat(auto-fill,minmax(122px,1fr));gap:4px 12px}
        td,th{padding-right:10px;font-size:8.5pt}
        .apps .c0{width:22%}.apps .c1{width:22%}.apps .c3{width:17%}.apps .c2{width:9%}.apps .c4{width:11%}
        .gauge svg{width:32px}
        thead{display:table-header-group}
        a{text-decoration:none}
        }
        """
}
