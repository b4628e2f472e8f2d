package import Domain
import Glibc
package import SecretMemory

/// Why no secret could be read from the terminal or standard input.
package struct InputError: Advised, Error, CustomStringConvertible {
    package enum Kind: Sendable {
        /// Enter alone, or empty input.
        case empty
        /// Ctrl-C, or `q` alone where that is offered.
        case givenUp
        case other
    }

    package let advice: Advice
    package let kind: Kind

    package var description: String { detail }

    init(_ detail: String, hint: String? = nil, _ kind: Kind = .other) {
        advice = Advice(detail, try: hint)
        self.kind = kind
    }
}

/// A secret as entered, without the white space around it.
package struct EnteredSecret: ~Copyable {
    package let bytes: SecretBytes
    /// Whether there was white space around it, other than the line end.
    package let wasTrimmed: Bool
}

/// Reads secrets from people and pipes. They go into memory that is wiped, and never through an argument.
package enum SecretInput {
    private static let longest = 8192
    /// The character that Ctrl-C sends.
    private static let interrupt: UInt8 = 3

    /// All of standard input.
    package static func fromStandardInput(what: String) throws(InputError) -> EnteredSecret {
        try trimmed(try read(STDIN_FILENO, untilLineEnd: false, what: what), what: what)
    }

    /// One line from the terminal, without echo.
    /// - Parameter option: the option to use without a terminal, for the message.
    package static func fromTerminal(prompt: String, what: String, insteadOf option: String) throws(InputError)
        -> EnteredSecret
    {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw InputError("there is no terminal to ask for the \(what)", hint: option)
        }
        defer { close(terminal) }
        var before = termios()
        guard unsafe tcgetattr(terminal, &before) == 0 else {
            throw InputError("the terminal's echo cannot be turned off", hint: option)
        }
        var silent = before
        // Ctrl-C is read as a character too, so that the echo is restored before the program ends.
        silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
        silent.endLines(at: interrupt)
        unsafe tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            unsafe tcsetattr(terminal, TCSAFLUSH, &before)
            _ = unsafe write(terminal, "\n", 1)
        }
        _ = unsafe write(terminal, prompt, prompt.utf8.count)
        return try trimmed(try read(terminal, untilLineEnd: true, what: what), what: what)
    }

    /// A new secret, typed twice.
    package static func chosenOnTerminal(what: String, insteadOf option: String) throws(InputError) -> SecretBytes {
        let first = try fromTerminal(prompt: "new \(what): ", what: what, insteadOf: option)
        let second = try fromTerminal(prompt: "repeat the \(what): ", what: what, insteadOf: option)
        guard first.bytes.constantTimeEquals(second.bytes) else { throw InputError("the two entries differ") }
        return first.bytes.copy()
    }

    private static func read(_ descriptor: CInt, untilLineEnd: Bool, what: String) throws(InputError) -> SecretBytes {
        var entered = SecretBuffer(capacity: longest + 1)
        while entered.count <= longest {
            let got = entered.append(from: descriptor, most: untilLineEnd ? 1 : longest + 1 - entered.count)
            guard got >= 0 else { throw InputError("the \(what) could not be read") }
            if got == 0 { break }
            guard untilLineEnd else { continue }
            let last = entered.withSpan { $0[$0.byteCount - 1] }
            if last == UInt8(ascii: "\n") { return entered.finish() }
            if last == interrupt { throw InputError("cancelled", .givenUp) }
        }
        guard entered.count <= longest else { throw InputError("the \(what) is longer than \(longest) bytes") }
        return entered.finish()
    }

    private static func trimmed(_ entered: borrowing SecretBytes, what: String) throws(InputError) -> EnteredSecret {
        let range = entered.withSpan { span in
            var (start, end) = (0, span.byteCount)
            while end > start, isSpace(span[end - 1]) { end -= 1 }
            while start < end, isSpace(span[start]) { start += 1 }
            return start..<end
        }
        guard !range.isEmpty else { throw InputError("the \(what) is empty", .empty) }
        let wasTrimmed = entered.withSpan { span in
            let behind = (range.upperBound..<span.byteCount).contains { span[$0] != 0x0A && span[$0] != 0x0D }
            return range.lowerBound > 0 || behind
        }
        return EnteredSecret(
            bytes: entered.withSpan { SecretBytes(copying: $0.extracting(range)) }, wasTrimmed: wasTrimmed)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

extension termios {
    /// Makes the terminal deliver its input at this character, not only at the end of the line.
    mutating func endLines(at character: UInt8) {
        unsafe withUnsafeMutableBytes(of: &c_cc) { unsafe $0[Int(VEOL)] = character }
    }
}
