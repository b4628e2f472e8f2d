/// A word in an answer: one that this version knows, or one that only a newer daemon has.
///
/// A client shows what it does not know, and decides nothing by it. Requests and records hold the words themselves: there an
/// unknown one is an error, except where it only explains a failure.
package enum Open<Word: RawRepresentable & Sendable>: RawRepresentable, Sendable where Word.RawValue == String {
    case known(Word)
    case other(String)

    package init(rawValue: String) { self = Word(rawValue: rawValue).map(Open.known) ?? .other(rawValue) }

    package var rawValue: String {
        switch self {
        case .known(let word): word.rawValue
        case .other(let text): text
        }
    }

    /// `nil` for a word that only a newer daemon has.
    package var known: Word? {
        if case .known(let word) = self { word } else { nil }
    }
}

extension Open: Equatable where Word: Equatable {
    package static func == (one: Open, word: Word) -> Bool { one.known == word }
}

extension Open: CustomStringConvertible {
    package var description: String { rawValue }
}
