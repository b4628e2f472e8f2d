extension String {
    /// The printable ASCII characters of the text, cut to `limit` bytes: a peer's text made safe for a log line and a
    /// terminal.
    package func printable(limit: Int) -> String {
        String(unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(limit).map(Character.init))
    }
}

extension String {
    /// Whether ``readable(limit:)`` drops nothing.
    package var isReadable: Bool { readable(limit: .max).unicodeScalars.count == unicodeScalars.count }

    /// The text as UTF-8 without characters that change how a line is read: control characters, escapes, line and
    /// paragraph separators, direction marks and other invisible ones. White space becomes a space. Cut to `limit`
    /// bytes.
    package func readable(limit: Int) -> String {
        var (kept, size) = (String.UnicodeScalarView(), 0)
        for scalar in unicodeScalars {
            let shown: Unicode.Scalar
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: continue
            case .spaceSeparator: shown = " "
            default: shown = scalar
            }
            size += UTF8.width(shown)
            guard size <= limit else { break }
            kept.append(shown)
        }
        return String(kept)
    }
}
