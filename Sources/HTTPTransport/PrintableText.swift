extension String {
    /// The text without all that is not printable ASCII, cut to `limit` bytes: what a peer said, made safe for a
    /// log line and a terminal.
    package func printable(limit: Int) -> String {
        String(unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(limit).map(Character.init))
    }
}

extension String {
    /// Whether ``readable(limit:)`` leaves nothing out.
    package var isReadable: Bool { readable(limit: .max).unicodeScalars.count == unicodeScalars.count }

    /// The text as UTF-8 without what changes how a line is read: control characters, escapes, line and paragraph
    /// separators, marks of direction and other invisible ones. Any white space becomes a space. Cut to `limit` bytes.
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
