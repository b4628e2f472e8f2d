package import Domain
package import Rotation
package import SocketAPI

/// Descriptions, for operators, of Zoom's answers that are not in the vault.
extension SpoolReport.Trouble: Advised {
    package var code: AttentionCode {
        switch kind {
        case .inMemory: .secretInMemory
        case .inSpool: .secretInSpool
        case .unclaimed: .spoolUnclaimed
        case .unreadable: .spoolUnreadable
        case .unready: .spoolNotReady
        }
    }

    package var advice: Advice {
        code.advice(because: [reason, file.map { "(\($0))" } ?? ""].filter { !$0.isEmpty }.joined(separator: " "))
    }
}

extension HealthIssue {
    package init(_ trouble: SpoolReport.Trouble) { self.init(trouble.code, app: trouble.app, trouble.advice) }
}
