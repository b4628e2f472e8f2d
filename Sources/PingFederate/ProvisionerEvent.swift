package import SecretMemory

/// A line of `provisioner-audit.log`: the outcome of one change that a channel made at its target.
///
/// In PingFederate's default pattern, a line has these fields, separated by `|`: time, cycle, channel, kind of event,
/// ID at the source, ID at the target, success, cause of a failure. [doc] Other patterns are not understood.
package struct ProvisionerEvent: Equatable, Sendable {
    package let channel: String
    package let hasSucceeded: Bool
    /// PingFederate's message; empty after success.
    private let cause: String

    /// The most bytes of a line that are read.
    package static let longest = 16 << 10

    /// The most characters of the cause that are read: the search for secrets takes time, and less than this is shown.
    private static let longestCause = 1_000

    /// `nil` for any other line, such as the continuation of a message of several lines.
    package init?(_ line: some StringProtocol) {
        let parts = line.split(separator: "|", maxSplits: 7, omittingEmptySubsequences: false).map {
            $0.trimmed
        }
        guard parts.count >= 7, let hasSucceeded = Bool(parts[6].lowercased()) else { return nil }
        channel = parts[2]
        self.hasSucceeded = hasSucceeded
        cause = hasSucceeded || parts.count < 8 ? "" : String(parts[7].prefix(Self.longestCause))
    }

    /// The cause, made safe to show.
    package func cause(withholding secrets: [SecretBox]) -> String { cause.shown(200, secrets) }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let kept = drop { $0.isWhitespace }
        return String(kept.prefix(kept.count - kept.reversed().prefix { $0.isWhitespace }.count))
    }
}
