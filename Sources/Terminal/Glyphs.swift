import Glibc

/// The signs of our own texts that are not ASCII, for terminals that would show several wrong characters for each.
package enum Glyphs {
    /// Whether the locale has UTF-8. Without a locale it is assumed: every terminal of today can.
    package static func isUTF8(_ variable: (String) -> String?) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty }
        guard let locale = locale?.lowercased() else { return true }
        return locale.contains("utf-8") || locale.contains("utf8")
    }

    /// The text with one ASCII character for each sign, so that columns stay aligned. Foreign text stays as it is.
    package static func plain(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        return String(text.map { substitutes[$0] ?? $0 })
    }

    /// As the standard streams of this process need it.
    package static func shown(_ text: String) -> String { isOurs ? text : plain(text) }

    private static let isOurs = isUTF8 { name in unsafe getenv(name).map { unsafe String(cString: $0) } }

    private static let substitutes: [Character: Character] = [
        "●": "*", "○": "o", "✓": "+", "✗": "x", "▶": ">", "·": "-", "…": "~", "→": ">", "─": "-", "│": "|",
    ]
}
