package import Domain
package import Vault

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
                        "the overlap (\(text(policy.overlap))) is as long as the interval (\(text(every))) or longer: a rotation waits until the one before has ended, so each secret stays for \(text(policy.overlap)) at least",
                    hint: "keyturn app set \(app) --overlap \(text(every / 2))"))
        }
        let pause = (try? Window.list(policy.windows))?.longestPause ?? 0
        if pause > every {
            found.append(
                PolicyDoubt(
                    detail:
                        "no window may lie within the interval (\(text(every))): from one to the next (\(policy.windows)) it can be \(text(pause)), and a rotation then waits for the next",
                    hint: "keyturn app set \(app) --rotate-every \(text(pause))"))
        }
        return found
    }

    private static func text(_ seconds: Int) -> String { DurationText(seconds: seconds)?.description ?? "\(seconds)s" }
}
