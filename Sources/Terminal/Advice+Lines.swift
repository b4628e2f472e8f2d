package import Domain

extension Advice {
    /// For people: what is wrong on one line, and what to try on the next.
    package var lines: String { lines(trying: "  ") }

    /// - Parameter indent: the spaces before `try:`.
    package func lines(trying indent: String) -> String {
        oneLine(detail) + "\n" + (hint.map { "\(indent)try: \(oneLine($0))\n" } ?? "")
    }
}
