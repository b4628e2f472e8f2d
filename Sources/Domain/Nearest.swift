/// The only word that begins with `word`, or else the most similar one, if any is; among equals, the alphabetically
/// first.
package func nearest(to word: String, among words: some Sequence<String>) -> String? {
    let begun = words.filter { $0.hasPrefix(word) }
    if word.utf8.count > 1, begun.count == 1 { return begun[0] }
    let wanted = Array(word.utf8)
    let best = words.map { (distance(wanted, Array($0.utf8)), $0) }.min { $0 < $1 }
    guard let best, best.0 <= max(wanted.count / 3, 1) else { return nil }
    return best.1
}

/// The number of characters to change, delete, insert, or swap with their neighbour (optimal string alignment).
private func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var (before, last) = ([Int](), Array(0...other.count))
    for row in one.indices {
        var next = [row + 1]
        for column in other.indices {
            let isSame = one[row] == other[column]
            var least = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, next[column] + 1)
            if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                least = min(least, before[column - 1] + 1)
            }
            next.append(least)
        }
        (before, last) = (last, next)
    }
    return last[other.count]
}
