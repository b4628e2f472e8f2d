import Domain
import SocketAPI

/// The parts of the page about the audit log.
extension ReportPage {
    /// The newest; the log has all of them.
    private static let mostActions = 2000

    func actions(_ html: inout HTMLWriter) {
        html.element("section", [.init("id", "actions")]) { html in
            html.element("h2", "Who did what")
            guard !report.actions.isEmpty else {
                return html.element("p", class: "none", "Operators did nothing in this period.")
            }
            let shown = report.actions.prefix(Self.mostActions)
            html.table("actions", ["When", "Line", "Who", "Action", "About", "Outcome"], shown) { html, line, column in
                switch column {
                case 0: html.time(line.time, line.time.second)
                case 1: html.write("\(line.number)")
                case 2: html.write(line.who)
                case 3: html.write(line.action)
                case 4: html.write(line.subject)
                default:
                    html.write(line.outcome + (line.reason.map { ": \(withPlainTimes($0))" } ?? ""))
                }
            }
            if report.hasMoreActions || shown.count < report.actions.count {
                html.element(
                    "p", class: "none",
                    "Earlier actions of the period are not shown: keyturn audit show --since has them.")
            }
        }
        html.line()
    }

    func evidence(_ html: inout HTMLWriter) {
        let audit = report.audit
        html.element("section", [.init("id", "audit-log")]) { html in
            html.element("h2", "The audit log")
            html.element("p") { html in
                html.write("The whole log was read at ")
                html.time(report.verifiedAt, report.verifiedAt.second)
                html.write(
                    ": \(counted(audit.lines, "line")) in "
                        + "\(counted(audit.segments, "file")), numbers \(audit.first) to \(audit.last). ")
                if audit.findings.isEmpty {
                    html.write("No line was changed, removed or inserted.")
                } else {
                    html.element("strong", class: "bad", "It is not as it was written:")
                }
            }
            if !audit.findings.isEmpty {
                html.element("ul") { html in for finding in audit.findings { html.element("li", finding) } }
            }
            if let code = audit.code {
                html.element("p") { html in
                    html.write("Its head is line \(audit.last) with the code ")
                    html.element("code", code)
                    html.write(
                        ", which depends on every line before it. To verify the log again, and compare the code: ")
                    html.element("code", "keyturn audit verify --json")
                }
            }
        }
    }
}

extension LogLine {
    /// What an action was about.
    fileprivate var subject: String {
        [
            app, target.map { "target \($0)" }, client.map { "client \($0)" },
            rotation.map { "rotation \($0.prefix(8))" }, changed, count.map { "\($0) times" },
        ].compactMap(\.self).joined(separator: ", ")
    }
}
