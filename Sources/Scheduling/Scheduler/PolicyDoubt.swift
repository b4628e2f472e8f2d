package import Domain

/// A contradiction within a rotation policy. The policy is saved as requested, and the contradiction is reported.
package struct PolicyDoubt: Equatable, Sendable {
    package let detail: String
    package let hint: String

    /// All contradictions, for an app that is rotated automatically.
    package static func all(_ policy: RotationPolicy, of app: Name) -> [PolicyDoubt] {
        guard let every = policy.every else { return [] }
        var found: [PolicyDoubt] = []
        if policy.overlap >= every {
            found.append(
                PolicyDoubt(
                    detail:
                        "the overlap (\(text(policy.overlap))) is not shorter than the interval (\(text(every))): each rotation waits for the end of the one before, so every secret is used for at least \(text(policy.overlap))",
                    hint: "keyturn app set \(app) --overlap \(text(every / 2))"))
        }
        let pause = (try? Window.list(policy.windows))?.longestPause ?? 0
        if pause > every {
            found.append(
                PolicyDoubt(
                    detail:
                        "an interval (\(text(every))) may contain no window: two of them (\(policy.windows)) can be up to \(text(pause)) apart, and a rotation then waits for the next one",
                    hint: "keyturn app set \(app) --rotate-every \(text(pause))"))
        }
        return found
    }

    private static func text(_ seconds: Int) -> String { DurationText(seconds: seconds)?.description ?? "\(seconds)s" }
}
