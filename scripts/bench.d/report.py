"""The comparison as a table and as a chart."""

import math
import statistics
from xml.sax.saxutils import escape

COLUMNS = ("rate", "p50_us", "p99_us", "p999_us", "server_us")


def summary(runs):
    """The median of the runs, column by column, and the spread of the rates."""
    rates = [run["rate"] for run in runs]
    cell = {column: statistics.median(run[column] for run in runs) for column in COLUMNS}
    cell["spread"] = (max(rates) - min(rates)) / cell["rate"] if cell["rate"] else 0
    cell["load_share"] = statistics.median(run["load_share"] for run in runs)
    cell["others_share"] = max(run["others_share"] for run in runs)
    cell["errors"] = sum(sum(run["errors"].values()) for run in runs)
    cell["closes"] = any(run["reconnects"] and not run["one_each"] for run in runs)
    return cell


def table(rows, contestants, cells):
    for row in rows:
        yield ""
        yield (f"{row.title:<32} {'requests/s':>11} {'spread':>7} {'p50 us':>9} {'p99 us':>9} {'p99.9 us':>9} "
               f"{'CPU us/request':>15} {'load CPU':>9} {'others':>7}")
        for contestant in contestants:
            runs = cells.get((contestant.name, row.name))
            if not runs:
                continue
            cell = summary(runs)
            notes = []
            if cell["errors"]:
                notes.append(f"{cell['errors']:,} ERRORS")
            if cell["closes"]:
                notes.append("closes behind each answer")
            yield (f"  {contestant.name:<30} {cell['rate']:>11,.0f} {cell['spread']:>6.0%} {cell['p50_us']:>9,.1f} "
                   f"{cell['p99_us']:>9,.1f} {cell['p999_us']:>9,.1f} {cell['server_us']:>15.2f} "
                   f"{cell['load_share']:>8.0%} {cell['others_share']:>7.0%}  {', '.join(notes)}".rstrip())


def judgement(rows, contestants, cells):
    """The goals that this run can check."""
    def value(contestant, row, column):
        runs = cells.get((contestant, row))
        return summary(runs)[column] if runs else None

    for ours in (contestant.name for contestant in contestants if contestant.name == "keyturn"):
        for row, least in (
                ("keep-1", 1.0), ("keep-16", 1.1), ("keep-64", 1.0), ("keep-256", 1.0), ("each-16", 0.9)):
            mine, theirs = value(ours, row, "rate"), value("nginx", row, "rate")
            if mine and theirs:
                yield (f"{ours}: {mine / theirs:.2f} x nginx's requests/s, {row} (goal: at least {least}): "
                       f"{'met' if mine >= least * theirs else 'MISSED'}")
        for row, other in (("keep-1", "floor"), ("keep-16", "nginx")):
            mine, theirs = value(ours, row, "p99_us"), value(other, row, "p99_us")
            if mine and theirs:
                yield (f"{ours}: {mine / theirs:.2f} x {other}'s p99, {row} (goal: at most 2): "
                       f"{'met' if mine <= 2 * theirs else 'MISSED'}")
    alone, together = value("keyturn, synced", "keep-1", "rate"), value("keyturn, synced", "keep-64", "rate")
    if alone and together:
        yield (f"keyturn, synced: {together / alone:.1f} x one sync for each request, keep-64 (goal: at least 10): "
               f"{'met' if together >= 10 * alone else 'MISSED'}")
    fastest = {}
    for row in rows:
        floor = value("floor", row.name, "rate")
        others = [value(contestant.name, row.name, "rate") or 0 for contestant in contestants if contestant.name != "floor"]
        if floor and others:
            fastest[row.name] = floor / max(others)
    if fastest:
        yield ("the load generator and the kernel alone (the floor) do "
               + ", ".join(f"{ratio:.1f} x the fastest at {name}" for name, ratio in fastest.items()))


COLOURS = {"floor": "#b8b8b8", "nginx": "#3a7d44", "redis": "#b5483a", "custodia": "#8a6fb0"}


def chart(rows, contestants, cells, words):
    """An SVG: throughput left, p99 right, one group of bars for each row."""
    names = [contestant.name for contestant in contestants]
    bar, gap, head, left, width, pause = 15, 26, 62, 130, 300, 100
    panels = [("requests/s (more is better)", "rate", left), ("p99 in µs (less is better; logarithmic)", "p99_us", left + width + pause)]
    height = head + len(rows) * (len(names) * bar + gap) + 46
    total = left + 2 * width + pause + 90
    most = {column: max((summary(runs)[column] for runs in cells.values()), default=1) for _, column, _ in panels}
    least = min((summary(runs)["p99_us"] for runs in cells.values()), default=1) / 2

    def share(column, value):
        if column == "p99_us":
            return math.log(max(value / least, 1)) / math.log(max(most[column] / least, 2))
        return value / most[column]

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{height}" viewBox="0 0 {total} {height}" '
           f'font-family="system-ui, sans-serif" font-size="12" fill="#222">',
           f'<rect width="{total}" height="{height}" fill="#fff"/>',
           '<text x="16" y="24" font-size="15" font-weight="600">One small answer over a Unix socket</text>']
    for title, _, x in panels:
        out.append(f'<text x="{x}" y="48" fill="#555">{escape(title)}</text>')
    y = head
    for row in rows:
        out.append(f'<text x="16" y="{y + 12}" font-weight="600">{escape(row.title)}</text>')
        y += 18
        for name in names:
            runs = cells.get((name, row.name))
            out.append(f'<text x="{left - 8}" y="{y + 11}" text-anchor="end">{escape(name)}</text>')
            for _, column, x in panels if runs else ():
                value = summary(runs)[column]
                length = max(share(column, value) * width, 1)
                colour = COLOURS.get(name, "#1f5fa8")
                out.append(f'<rect x="{x}" y="{y + 1}" width="{length:.1f}" height="{bar - 3}" fill="{colour}"/>')
                out.append(f'<text x="{x + length + 5:.1f}" y="{y + 11}" font-size="11">{value:,.0f}</text>')
            y += bar
        y += gap - 18
    out.append(f'<text x="16" y="{height - 16}" fill="#555" font-size="11">{escape(words)}</text></svg>')
    return "\n".join(out) + "\n"
