import TestSupport

/// Spoils inputs the way that finds mistakes: bytes and pieces changed, doubled, dropped, moved, and words of the format
/// put where they do not belong. The same seed makes the same inputs.
struct Mutator {
    var dice: Dice
    let corpus: [[UInt8]]
    let words: [[UInt8]]

    /// At most this many bytes, so that a run of the gate stays short.
    private static let longest = 4_096

    mutating func next() -> [UInt8] {
        var bytes = corpus.isEmpty ? [] : dice.oneOf(corpus)
        for _ in 0...dice.below(4) { mutate(&bytes) }
        return Array(bytes.prefix(Self.longest))
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = dice.below(bytes.count + 1)
        let end = min(bytes.count, place + dice.below(dice.below(8) == 0 ? 200 : 9))
        switch dice.below(9) {
        case 0 where place < bytes.count: bytes[place] = UInt8(dice.below(256))
        case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(dice.below(8))
        case 2: bytes.insert(UInt8(dice.below(256)), at: place)
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: dice.below(bytes.count + 1))
        case 5:
            let other = corpus.isEmpty ? [] : dice.oneOf(corpus)
            let from = dice.below(other.count + 1)
            bytes.replaceSubrange(place..<end, with: other[from..<min(other.count, from + dice.below(60))])
        case 6 where !words.isEmpty: bytes.insert(contentsOf: dice.oneOf(words), at: place)
        case 7 where !words.isEmpty: bytes.replaceSubrange(place..<end, with: dice.oneOf(words))
        default: bytes.removeLast(min(bytes.count, dice.below(20)))
        }
    }
}
