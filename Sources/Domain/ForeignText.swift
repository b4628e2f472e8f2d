/// The text of others (a peer, a file, a library) in messages, log lines and on terminals.
extension String {
    /// The printable ASCII characters, cut to `limit` bytes: for words that are shown beside our own.
    package func printable(limit: Int = 64) -> String {
        String(unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(limit).map(Character.init))
    }

    /// Whether ``readable(limit:)`` drops nothing.
    package var isReadable: Bool { readable(limit: .max).unicodeScalars.count == unicodeScalars.count }

    /// The text as UTF-8 without characters that control how a line is read, and without such that nobody can read. White
    /// space becomes a space. Cut to `limit` bytes.
    package func readable(limit: Int) -> String {
        var (kept, size) = (String.UnicodeScalarView(), 0)
        for scalar in unicodeScalars where !scalar.controlsText {
            let shown: Unicode.Scalar
            switch scalar.properties.generalCategory {
            case .privateUse, .unassigned: continue
            case .spaceSeparator: shown = " "
            default: shown = scalar
            }
            size += UTF8.width(shown)
            guard size <= limit else { break }
            kept.append(shown)
        }
        return String(kept)
    }

    /// The text on one line, with a space for each character that controls how it is read.
    package var singleLine: String {
        String(unicodeScalars.map { $0.controlsText ? " " : Character($0) })
    }
}

extension Unicode.Scalar {
    /// Whether it controls how a text is read, or a terminal, rather than being shown itself: control characters, escapes,
    /// line and paragraph separators, direction marks and other invisible ones.
    package var controlsText: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
