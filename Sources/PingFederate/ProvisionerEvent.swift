package import SecretMemory

/// A line of `provisioner-audit.log`: what came of one change that a channel made at its target.
///
/// By PingFederate's default pattern a line is time, cycle, channel, kind of event, ID at the source, ID at the target, whether
/// it succeeded, and why not, with `|` between them. [doc] A console with another pattern is not understood.
package struct ProvisionerEvent: Equatable, Sendable {
    package let channel: String
    package let hasSucceeded: Bool
    /// PingFederate's words; empty for what succeeded.
    private let cause: String

    /// The most that a line is looked at for, in bytes.
    package static let longest = 16 << 10

    /// The most of the cause that is looked at, in characters: to look for secrets in it takes time, and less is shown.
    private static let longestCause = 1_000

    /// `nil` for what is no such line: the rest of a text of several lines, say.
    package init?(_ line: some StringProtocol) {
        let parts = line.split(separator: "|", maxSplits: 7, omittingEmptySubsequences: false).map {
            $0.trimmed
        }
        guard parts.count >= 7, let hasSucceeded = Bool(parts[6].lowercased()) else { return nil }
        channel = parts[2]
        self.hasSucceeded = hasSucceeded
        cause = hasSucceeded || parts.count < 8 ? "" : String(parts[7].prefix(Self.longestCause))
    }

    /// The cause, fit to be shown.
    package func cause(withholding secrets: [SecretBox]) -> String { cause.shown(200, secrets) }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let kept = drop { $0.isWhitespace }
        return String(kept.prefix(kept.count - kept.reversed().prefix { $0.isWhitespace }.count))
    }
}
