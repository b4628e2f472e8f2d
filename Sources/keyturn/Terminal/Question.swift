import Glibc

/// Questions to whoever sits at the terminal.
enum Question {
    /// Whether there is somebody to ask.
    static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// One line, without the white space around it; `nil` where nobody can be asked, or at the end of input.
    static func line(_ prompt: String) -> String? {
        guard isPossible else { return nil }
        _ = unsafe write(STDERR_FILENO, prompt, prompt.utf8.count)
        guard let line = readLine() else { return nil }
        let bytes = Array(line.utf8).drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nothing but a yes is one.
    static func isYes(_ prompt: String) -> Bool {
        line(prompt + " [y/N] ").map { ["y", "yes"].contains($0.lowercased()) } ?? false
    }
}
