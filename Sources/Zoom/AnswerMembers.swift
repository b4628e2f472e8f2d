import HTTPTransport
import SecretJSON
import SecretMemory

/// The kinds of answers from Zoom, as error messages name them.
enum AnswerKind: String {
    case token = "the token answer"
    case rotation = "the rotation answer"

    /// An error about a member. It names the member and never repeats its value.
    func unusable(_ member: String, _ fault: String) -> UnusableAnswer {
        UnusableAnswer("\(rawValue)'s '\(member)' \(fault)")
    }
}

/// Reading the members of an answer. An error names the member, because an operator sees only the message.
extension JSONDocument {
    /// Throws when the member is absent or null.
    func required(_ name: String, in answer: AnswerKind) throws(UnusableAnswer) -> JSONNode {
        guard let node = member(name, of: root), kind(node) != .null else {
            throw UnusableAnswer("\(answer.rawValue) has no '\(name)'")
        }
        return node
    }

    func secret(_ name: String, in answer: AnswerKind) throws(UnusableAnswer) -> SecretBytes {
        let node = try required(name, in: answer)
        do { return try secret(node) } catch { throw answer.unusable(name, "is not a string") }
    }

    func text(_ name: String, in answer: AnswerKind) throws(UnusableAnswer) -> String {
        try secret(name, in: answer).withSpan { String(decoding: $0.array, as: UTF8.self) }
    }

    /// `nil` when the member is absent or null.
    func textIfPresent(_ name: String, in answer: AnswerKind) throws(UnusableAnswer) -> String? {
        guard let node = member(name, of: root), kind(node) != .null else { return nil }
        return try text(name, in: answer)
    }

    /// A whole number, or a string of its digits, which some gateways turn it into.
    func wholeNumber(
        _ name: String, within range: ClosedRange<Int>, in answer: AnswerKind
    ) throws(UnusableAnswer) -> Int {
        let node = try required(name, in: answer)
        let number: Int?
        do throws(JSONError) {
            number = kind(node) == .string ? Self.digits(try string(node)) : try integer(node)
        } catch {
            throw answer.unusable(name, error.code == .outOfRange ? Self.words(range) : "is not a whole number")
        }
        guard let number else { throw answer.unusable(name, "is not a number") }
        guard range.contains(number) else { throw answer.unusable(name, Self.words(range)) }
        return number
    }

    private static func digits(_ text: String) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        "is not within \(range.lowerBound) to \(range.upperBound)"
    }
}
