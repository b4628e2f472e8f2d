import Dispatch
import Glibc
import Synchronization

/// A line on the terminal that shows the current action and the seconds since it began. Without a terminal nothing is
/// shown: a log needs only the result that the command prints.
package final class Progress: Sendable {
    private struct State {
        var words: String
        var isOver = false
    }

    private let state: Mutex<State>
    private let since = ContinuousClock.now
    /// Whether there is a terminal.
    package let isShown: Bool

    package init(_ words: String) {
        state = Mutex(State(words: words))
        let terminal = unsafe getenv("TERM").map { unsafe String(cString: $0) }
        isShown = isatty(STDERR_FILENO) == 1 && terminal != "dumb"
        if isShown { draw() }
    }

    /// Shows another action from now on.
    package func say(_ words: String) {
        state.withLock { $0.words = words }
        write()
    }

    /// Erases the line.
    package func end() {
        state.withLock { state in
            if isShown, !state.isOver { Self.put("\r\u{1B}[K") }
            state.isOver = true
        }
    }

    private func draw() {
        guard write() else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(500)) { [weak self] in self?.draw() }
    }

    @discardableResult
    private func write() -> Bool {
        guard isShown else { return false }
        return state.withLock { state in
            guard !state.isOver else { return false }
            let seconds = Int((ContinuousClock.now - since).components.seconds)
            let line = seconds < 2 ? state.words : "\(state.words), \(seconds) s"
            // A line that wraps could not be overwritten.
            let room = max((Screen.width(of: STDERR_FILENO) ?? 80) - 1, 1)
            Self.put("\r\(oneLine(line).prefix(room))\u{1B}[K")
            return true
        }
    }

    private static func put(_ text: String) { _ = unsafe Glibc.write(STDERR_FILENO, text, text.utf8.count) }
}

/// `[########            ]  42 %`, with the same width for any number.
package func bar(percent: Int) -> String {
    let full = min(max(percent, 0), 100) / 5
    let number = String(percent)
    return "[" + String(repeating: "#", count: full) + String(repeating: " ", count: 20 - full) + "] "
        + String(repeating: " ", count: max(3 - number.count, 0)) + number + " %"
}
