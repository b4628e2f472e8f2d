import Glibc

/// Questions to the person at the terminal.
package enum Question {
    private static let interrupt: UInt8 = 3
    private static let longest = 8192

    /// Whether there is a terminal to ask on.
    package static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// One line as typed, without its end; `nil` without a terminal, at the end of input, and at Ctrl-C.
    package static func raw(_ prompt: String) -> String? {
        guard isPossible else { return nil }
        var before = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var during = before
        // Ctrl-C is read as a character too, so that the caller can say what happens next.
        unsafe withUnsafeMutableBytes(of: &during.c_cc) { unsafe $0[Int(VINTR)] = 0 }
        during.endLines(at: interrupt)
        unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &during)
        defer { unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &before) }
        let prompt = visible(prompt)
        _ = unsafe write(STDERR_FILENO, prompt, prompt.utf8.count)
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < longest {
            guard unsafe read(STDIN_FILENO, &byte, 1) == 1, byte != interrupt else {
                _ = unsafe write(STDERR_FILENO, "\n", 1)
                return nil
            }
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// One line, without the white space around it.
    package static func line(_ prompt: String) -> String? {
        raw(prompt).map { line in
            let bytes = Array(line.utf8).drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Only an explicit yes counts.
    package static func isYes(_ prompt: String) -> Bool {
        line(prompt + " [y/N] ").map { ["y", "yes"].contains($0.lowercased()) } ?? false
    }
}
