import Domain
import SocketAPI
import Terminal

/// The report as one page of HTML, which needs nothing from elsewhere and runs no script.
package struct ReportPage {
    let report: RotationReport

    /// After how many seconds a browser asks again; `nil` for never.
    let refresh: Int?

    package init(_ report: RotationReport, refresh: Int? = nil) { (self.report, self.refresh) = (report, refresh) }

    package var text: String {
        var html = HTMLWriter()
        html.doctype()
        html.element("html", [.init("lang", "en")]) { html in
            html.element("head", head)
            html.line()
            html.element("body") { html in
                html.element("header", masthead)
                html.element("main") { html in
                    figures(&html)
                    exceptions(&html)
                    overview(&html)
                    if !report.apps.isEmpty { legend(&html) }
                    for app in report.apps { AppPart(app: app, report: report).write(&html) }
                    actions(&html)
                    evidence(&html)
                }
            }
        }
        html.line()
        return html.text
    }

    private func head(_ html: inout HTMLWriter) {
        html.open("meta", [.init("charset", "utf-8")])
        html.open("meta", [.init("name", "viewport"), .init("content", "width=device-width, initial-scale=1")])
        html.open(
            "meta",
            [
                .init("http-equiv", "Content-Security-Policy"),
                .init("content", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"),
            ])
        html.open("meta", [.init("name", "color-scheme"), .init("content", "light dark")])
        if let refresh {
            html.open("meta", [.init("http-equiv", "refresh"), .init("content", "\(refresh)")])
        }
        html.element("title", "\(title), \(report.since.day) to \(report.now.day)")
        html.style(ReportStyle.sheet)
    }

    private let title = "Rotation report"

    private func masthead(_ html: inout HTMLWriter) {
        html.element("p", class: "maker", "Keyturn")
        html.element("h1", title)
        html.element("p", class: "period") { html in
            html.time(report.since, report.since.day)
            html.write(" to ")
            html.time(report.now, report.now.day)
            if let selection = report.selection { html.write(" · \(selection)") }
        }
        html.element(
            "p", class: "made",
            "Made \(report.now.minute) on \(report.host) by \(report.madeBy), by keyturnd \(report.version). All times are UTC."
        )
    }

    // MARK: The figures

    private var overdue: Int { report.apps.count { $0.isOverdue(report.now) } }
    private var open: [RotationReport.Exception] { report.exceptions.filter(\.isOpen) }

    private func figures(_ html: inout HTMLWriter) {
        let rotations = report.apps.flatMap(\.rotations)
        let done = rotations.count { $0.state == .retired }
        let planned = report.apps.count { $0.policy.policy.every != nil }
        html.element("dl", class: "figures") { html in
            func figure(_ number: String, _ words: String, isBad: Bool = false) {
                html.element("div", class: isBad ? "bad" : "") { html in
                    html.element("dd", number)
                    html.element("dt", words)
                }
            }
            figure("\(report.apps.count)", report.apps.count == 1 ? "app" : "apps")
            figure("\(planned - overdue)/\(planned)", "within their interval", isBad: overdue > 0)
            figure("\(done)", done == 1 ? "rotation done" : "rotations done")
            figure("\(open.count)", "open exceptions", isBad: !open.isEmpty)
            figure(
                report.audit.findings.isEmpty ? "intact" : "changed", "audit log",
                isBad: !report.audit.findings.isEmpty)
        }
        html.line()
    }

    // MARK: Exceptions

    /// More are in the other forms of the report.
    private static let mostExceptions = 1000

    private func exceptions(_ html: inout HTMLWriter) {
        html.element("section", [.init("id", "exceptions")]) { html in
            html.element("h2", "Exceptions")
            guard !report.exceptions.isEmpty else { return html.element("p", class: "none", "There are none.") }
            let shown = report.exceptions.prefix(Self.mostExceptions)
            html.table("exceptions", ["When", "App", "What", "Detail"], shown) { html, exception, column in
                switch column {
                case 0:
                    if exception.isOpen {
                        html.element("strong", class: exception.isUrgent ? "bad" : "", "now")
                    } else if let at = exception.at {
                        html.time(at, at.minute)
                    }
                case 1: exception.app.map { html.link(to: $0) }
                case 2: html.write(exception.kind.replacing("_", with: " "))
                default: html.write(withPlainTimes(exception.detail))
                }
            }
            let more = report.exceptions.count - shown.count
            if more > 0 { html.element("p", class: "none", "\(more) more are in the report with --json.") }
        }
        html.line()
    }

    // MARK: All apps

    private func overview(_ html: inout HTMLWriter) {
        html.element("section", [.init("id", "apps")]) { html in
            html.element("h2", "Apps")
            guard !report.apps.isEmpty else { return html.element("p", class: "none", "There are none.") }
            let columns = ["App", "Owner", "Generation", "Age of interval", "Next", "Generations in the period"]
            html.table("apps", columns, report.apps) { html, app, column in
                switch column {
                case 0: html.link(to: app.name)
                case 1: html.write(app.owner ?? "–")
                case 2: html.write("\(app.generation)")
                case 3: Gauge(app: app, now: report.now).write(&html)
                case 4: next(&html, app)
                default: Timeline(app: app, since: report.since, now: report.now).brief(&html)
                }
            }
        }
        html.line()
    }

    private func next(_ html: inout HTMLWriter, _ app: RotationReport.App) {
        if let state = app.state { return html.write(state.words) }
        if app.policy.policy.isPaused { return html.write("paused") }
        guard let at = app.policy.nextAt else { return html.write("–") }
        html.time(at, at.day)
    }

    private func legend(_ html: inout HTMLWriter) {
        html.element("p", class: "legend") { html in
            for (style, words) in [
                ("live", "live"), ("grace", "grace period"), ("verified", "verified by Zoom"), ("pushed", "pushed"),
                ("revoked", "revoked or expired"),
            ] {
                html.element("span") { html in
                    Timeline.sample(&html, style)
                    html.write(words)
                }
            }
        }
        html.line()
    }
}

extension RotationReport.Exception {
    fileprivate var isUrgent: Bool { severity == .critical || severity == .warning }
}

extension HTMLWriter {
    mutating func time(_ time: Timestamp, _ words: String) {
        element("time", [.init("datetime", time.description)], words)
    }

    mutating func link(to app: Name) {
        element("a", [.init("href", "#app-\(app)")], app.description)
    }
}
