package import Domain

extension RotationPolicy {
    /// The contradictions within the policy of an app that is rotated automatically. It is saved as requested, and they are
    /// reported.
    package func contradictions(of app: Name) -> [Advice] {
        guard let every else { return [] }
        var found: [Advice] = []
        if overlap >= every {
            found.append(
                Advice(
                    "the overlap (\(Self.text(overlap))) is not shorter than the interval (\(Self.text(every))): each rotation waits for the end of the one before, so every secret is used for at least \(Self.text(overlap))",
                    try: "keyturn app set \(app) --overlap \(Self.text(every / 2))"))
        }
        let pause = (try? Window.list(windows))?.longestPause ?? 0
        if pause > every {
            found.append(
                Advice(
                    "an interval (\(Self.text(every))) may contain no window: two of them (\(windows)) can be up to \(Self.text(pause)) apart, and a rotation then waits for the next one",
                    try: "keyturn app set \(app) --rotate-every \(Self.text(pause))"))
        }
        return found
    }

    private static func text(_ seconds: Int) -> String { DurationText(seconds: seconds)?.description ?? "\(seconds)s" }
}
