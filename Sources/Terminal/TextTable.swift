/// Rows of text in columns that are as wide as their widest cell.
package struct TextTable {
    private(set) var rows: [[Cell]] = []
    let hasHeading: Bool

    /// A text and its meaning.
    package struct Cell: Equatable, Sendable, ExpressibleByStringInterpolation {
        package let text: String
        package let meaning: Paint.Meaning?

        package init(_ text: String, _ meaning: Paint.Meaning? = nil) {
            self.text = onOneLine(text)
            self.meaning = meaning
        }

        package init(stringLiteral text: String) { self.init(text) }
    }

    package init(_ heading: [String] = []) {
        hasHeading = !heading.isEmpty
        if !heading.isEmpty { rows.append(heading.map { Cell($0, .heading) }) }
    }

    package mutating func add(_ cells: String...) { rows.append(cells.map { Cell($0) }) }
    package mutating func add(cells: [Cell]) { rows.append(cells) }

    package var text: String { text(Paint(.never)) }

    /// How many characters the widest cell of each column has.
    var widths: [Int] {
        (0..<(rows.map(\.count).max() ?? 0)).map { column in
            rows.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0
        }
    }

    /// - Parameters:
    ///   - width: of the terminal. Columns are dropped until the rest fits, then the first one is cut.
    ///   - order: the columns that may be dropped, in that order.
    package func text(_ paint: Paint, width: Int? = nil, dropping order: [Int] = []) -> String {
        var widths = widths
        var shown = Array(widths.indices)
        if let width {
            func needed() -> Int { shown.map { widths[$0] }.reduce(0, +) + 2 * max(shown.count - 1, 0) }
            for column in order where needed() > width { shown.removeAll { $0 == column } }
            if let first = shown.first, needed() > width {
                widths[first] = max(widths[first] - (needed() - width), 8)
            }
        }
        return rows.map { row in
            let columns = shown.filter { $0 < row.count }
            return columns.map { column in
                let cell = row[column]
                let text = width == nil ? cell.text : cut(cell.text, to: widths[column])
                let gap = column == columns.last ? 0 : widths[column] - text.count + 2
                return paint.text(text, cell.meaning) + String(repeating: " ", count: max(gap, 0))
            }.joined() + "\n"
        }.joined()
    }
}

/// Foreign text, such as a path or another user's name, made safe within a line: it cannot end, colour or overwrite it.
package func onOneLine(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
        if scalar.value < 0x20 || scalar.value == 0x7F {
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            shown.unicodeScalars.append(scalar)
        }
    }
    return shown
}

/// The text, or if it is too long its beginning with `…` at the end.
package func cut(_ text: String, to width: Int) -> String {
    text.count > width ? text.prefix(max(width - 1, 0)) + "…" : text
}
