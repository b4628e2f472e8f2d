import Terminal

/// Writes HTML. Text and the values of attributes come in only as strings that are escaped here, in one place; names of
/// elements and attributes are literals of this program.
struct HTMLWriter {
    private(set) var text = ""

    struct Attribute {
        let name: StaticString
        let value: String

        init(_ name: StaticString, _ value: String) { (self.name, self.value) = (name, value) }
    }

    mutating func doctype() { text += "<!doctype html>\n" }

    /// An element with content.
    mutating func element(
        _ name: StaticString, _ attributes: [Attribute], _ content: (inout HTMLWriter) -> Void
    ) {
        open(name, attributes)
        content(&self)
        text += "</\(name)>"
    }

    mutating func element(_ name: StaticString, _ attributes: [Attribute], _ words: String) {
        element(name, attributes) { $0.write(words) }
    }

    /// An element that has no content and no end.
    mutating func open(_ name: StaticString, _ attributes: [Attribute] = []) {
        text += "<\(name)"
        for attribute in attributes { text += " \(attribute.name)=\"\(Self.escaped(attribute.value))\"" }
        text += ">"
    }

    mutating func write(_ words: String) { text += Self.escaped(words) }

    /// A style sheet of this program.
    mutating func style(_ sheet: StaticString) { text += "<style>\(sheet)</style>" }

    mutating func line() { text += "\n" }

    /// As content and in quotes. What has no shape, such as a mark that turns the direction of writing, is made visible.
    static func escaped(_ words: String) -> String {
        // Nearly every text is plain.
        if words.utf8.allSatisfy(isPlain) { return words }
        let shown = plainLine(words)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(shown.utf8.count + 16)
        for byte in shown.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case ..<0x20, 0x7F..., UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""),
            UInt8(ascii: "'"):
            false
        default: true
        }
    }
}

extension HTMLWriter {
    mutating func element(_ name: StaticString, _ content: (inout HTMLWriter) -> Void) { element(name, [], content) }

    mutating func element(_ name: StaticString, _ words: String) { element(name, [], words) }

    mutating func element(_ name: StaticString, class style: String, _ content: (inout HTMLWriter) -> Void) {
        element(name, [Attribute("class", style)], content)
    }

    mutating func element(_ name: StaticString, class style: String, _ words: String) {
        element(name, [Attribute("class", style)], words)
    }

    /// A table whose cells say their column, so that a narrow screen can show each row as a list.
    /// - Parameter write: writes the cell of a row, by the number of its column.
    mutating func table<Row>(
        _ style: String, _ columns: [String], _ rows: some Sequence<Row>,
        _ write: (inout HTMLWriter, Row, Int) -> Void
    ) {
        element("table", class: style) { html in
            html.element("thead") { html in
                html.element("tr") { html in
                    for (number, column) in columns.enumerated() {
                        html.element("th", [Attribute("scope", "col"), Attribute("class", "c\(number)")], column)
                    }
                }
            }
            html.line()
            html.element("tbody") { html in
                for row in rows {
                    html.element("tr") { html in
                        for (number, column) in columns.enumerated() {
                            html.element(
                                "td", [Attribute("data-column", column), Attribute("class", "c\(number)")]
                            ) { write(&$0, row, number) }
                        }
                    }
                    html.line()
                }
            }
        }
        line()
    }
}

/// A text on one line, without anything that has no shape: not even the colours of this program's own output.
func plainLine(_ text: String) -> String { oneLine(text).replacing("\u{1B}", with: "\\u{1b}") }
