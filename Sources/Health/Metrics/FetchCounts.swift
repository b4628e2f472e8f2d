package import Audit
import Synchronization

/// Counts the answers to clients.
package final class FetchCounts: Sendable {
    /// What is counted together.
    package struct Label: Hashable, Sendable {
        /// Not a valid name: for callers without a policy, and for all clients without a count of their own.
        package static let nobody = "-"
        static let others = "*"

        let client: String
        let outcome: AuditEvent.Outcome

        package init(client: String, outcome: AuditEvent.Outcome) {
            (self.client, self.outcome) = (client, outcome)
        }
    }

    /// The most counts. Operators add and remove clients; this limits the memory.
    static let mostLabels = 4000

    private let counts = Mutex<[Label: Int]>([:])

    package init() {}

    /// Counts the answers of one turn.
    package func add(_ labels: [Label]) {
        guard !labels.isEmpty else { return }
        counts.withLock { counts in
            // Most answers of a turn are for one client.
            var rest = labels[...]
            while let label = rest.first {
                let number = rest.prefix { $0 == label }.count
                let isKnown = counts.count < Self.mostLabels || counts[label] != nil
                counts[isKnown ? label : Label(client: Label.others, outcome: label.outcome), default: 0] += number
                rest = rest.dropFirst(number)
            }
        }
    }

    package var all: [Label: Int] { counts.withLock { $0 } }
}
