import SecretJSON
import SecretMemory

/// A line of the log as a message to another log: the line itself, unchanged, with what the receiver sorts messages by.
package struct AuditMessage: Equatable, Sendable {
    /// Severities of RFC 5424, section 6.2.1.
    private enum Severity: Int {
        case error = 3
        case warning, notice, informational
    }

    /// `log audit`.
    private static let facility = 13

    private let line: AuditQuery.Line
    private let time: String
    private let action: String
    private let outcome: String

    /// - Returns: `nil` for what no ``AuditLog`` wrote.
    package init?(_ line: AuditQuery.Line) {
        guard let document = try? JSONDocument(parsing: SecretBytes(copying: line.text)) else { return nil }
        func text(_ name: String) -> String? {
            document.member(name, of: document.root).flatMap { try? document.string($0) }
        }
        guard let time = text("time"), let action = text("action"), Self.isWord(time), Self.isWord(action),
            let outcome = text("outcome")
        else { return nil }
        (self.line, self.time, self.action, self.outcome) = (line, time, action, outcome)
    }

    private var severity: Severity {
        switch AuditEvent.Outcome(rawValue: outcome) {
        case .allowed: .informational
        case .done: .notice
        case .denied: .warning
        case .failed, nil: .error
        }
    }

    /// For journald's socket: one field a line (systemd's "Native Journal Protocol"). No field has a line feed in it, as
    /// no line of the log has.
    package var journal: [UInt8] {
        let fields = [
            ("MESSAGE", line.text), ("PRIORITY", "\(severity.rawValue)"), ("SYSLOG_FACILITY", "\(Self.facility)"),
            ("SYSLOG_IDENTIFIER", "keyturn-audit"), ("KEYTURN_SEQ", "\(line.sequence)"),
            ("KEYTURN_TIME", time), ("KEYTURN_ACTION", action), ("KEYTURN_OUTCOME", outcome),
        ]
        return fields.flatMap { Array("\($0.0)=\($0.1)\n".utf8) }
    }

    /// RFC 5424, with its length before it, as RFC 5425 (section 4.3) frames it.
    ///
    /// - Parameters:
    ///   - host: this host's name.
    ///   - process: the daemon's pid.
    package func syslog(host: String, process: Int32) -> [UInt8] {
        let name = host.utf8.prefix(255)
        let isName = !name.isEmpty && name.allSatisfy { (0x21...0x7E).contains($0) }
        let priority = Self.facility * 8 + severity.rawValue
        let header =
            "<\(priority)>1 \(time) \(isName ? String(decoding: name, as: UTF8.self) : "-") keyturn-audit \(process) \(action.prefix(32)) - "
        let message = Array((header + line.text).utf8)
        return Array("\(message.count) ".utf8) + message
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
