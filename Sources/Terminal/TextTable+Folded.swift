import Glibc

/// Tables on terminals that are narrower: nothing is cut, since names, ids and commands are there to be copied.
extension TextTable {
    /// How many characters the last column needs at least, to be broken into lines beside the others.
    private static let leastRoom = 24

    /// As wide as the terminal of standard output; without a terminal, as wide as it is.
    package var fitted: String { folded(Paint(.never), width: Screen.width(of: STDOUT_FILENO)) }

    /// The table as it is, if it fits. Otherwise its last column in several lines, below the others where it has a long
    /// word. If there is no room for that, each row is a block: its first cell, and below it the others, each behind its
    /// heading.
    /// - Parameters:
    ///   - width: of the terminal; `nil` for any.
    ///   - indent: how many spaces to put before each line.
    package func folded(_ paint: Paint, width: Int?, indent: Int = 0) -> String {
        let margin = String(repeating: " ", count: indent)
        let widths = widths
        let needed = widths.reduce(0, +) + 2 * max(widths.count - 1, 0)
        guard let width, indent + needed > width, let last = widths.last else {
            return text(paint).split(separator: "\n").map { margin + $0 + "\n" }.joined()
        }
        let room = width - indent - (needed - last)
        return room >= Self.leastRoom
            ? rows.map { beside($0, widths, paint, width, margin) }.joined() : blocks(paint, width, margin)
    }

    private func beside(_ row: [Cell], _ widths: [Int], _ paint: Paint, _ width: Int, _ margin: String) -> String {
        var (plain, painted) = (margin, margin)
        for (column, cell) in row.enumerated() where column < widths.count - 1 {
            let gap = String(repeating: " ", count: widths[column] - cell.text.count + 2)
            plain += cell.text + gap
            painted += paint.text(cell.text, cell.meaning) + gap
        }
        guard row.count == widths.count, let last = row.last, !last.text.isEmpty else {
            return painted.trimmed + "\n"
        }
        let longest = last.text.split(separator: " ").map(\.count).max() ?? 0
        guard plain.count + longest <= width else {
            let below = wrapped(last.text, behind: margin + "    ", width: width)
            return painted.trimmed + "\n" + paint.lines(below, last.meaning, after: 0)
        }
        let lines = wrapped(last.text, behind: plain, width: width).dropFirst(plain.count)
        return painted + paint.lines(String(lines), last.meaning, after: plain.count)
    }

    private func blocks(_ paint: Paint, _ width: Int, _ margin: String) -> String {
        guard hasHeading, let heading = rows.first else {
            return rows.map { row in
                let rest = row.dropFirst().map { wrapped($0.text, behind: margin + "  ", width: width) }
                return margin + paint.text(row.first?.text ?? "", row.first?.meaning) + "\n" + rest.joined()
            }.joined()
        }
        let label = heading.dropFirst().map(\.text.count).max() ?? 0
        return rows.dropFirst().map { row in
            var text = margin + paint.text(row.first?.text ?? "", row.first?.meaning) + "\n"
            for (cell, name) in zip(row, heading).dropFirst() where !cell.text.isEmpty {
                let gap = String(repeating: " ", count: label - name.text.count + 2)
                let before = margin + "  " + name.text.lowercased() + gap
                let lines = wrapped(cell.text, behind: before, width: width)
                text +=
                    lines.hasPrefix(before)
                    ? before + paint.lines(String(lines.dropFirst(before.count)), cell.meaning, after: before.count)
                    : paint.lines(lines, cell.meaning, after: 0)
            }
            return text
        }.joined()
    }
}

extension Paint {
    /// Paints a text in lines, of which the first one begins in the middle of a line.
    fileprivate func lines(_ text: String, _ meaning: Meaning?, after column: Int) -> String {
        guard let meaning else { return text }
        let first = lines(String(repeating: " ", count: column) + text, meaning)
        return String(first.dropFirst(column))
    }
}
