/// Text of a caller's, fit for a message: printable ASCII, and not much of it.
package func printable(_ text: String) -> String {
    String(text.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7F }.prefix(64).map(Character.init))
}

/// Whatever a value holds, the text stays one line, and tells a terminal nothing: what is above ASCII has controls too.
package func singleLine(_ text: String) -> String {
    String(
        text.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: Character(scalar)
            }
        })
}
