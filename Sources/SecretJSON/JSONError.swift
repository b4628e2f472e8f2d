/// What is wrong with a document. Names the member, and never its value, except for a word where only some are allowed.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        case syntax, tooDeep, tooManyValues, notUTF8, duplicateMember
        case missingMember, unknownMember, wrongType, outOfRange
        /// A word that is none of those that the member may have.
        case unknownWord
    }

    package let code: Code
    /// The member concerned, as the reader calls it. A name that comes from the document is cut to 64 bytes of
    /// printable ASCII.
    package let member: String?
    /// The unknown word, cut as a name is.
    package let word: String?

    package init(_ code: Code, member: String? = nil, word: String? = nil) {
        self.code = code
        self.member = member
        self.word = word
    }

    package var description: String {
        let name = member.map { "'\($0)'" } ?? "a value"
        return switch code {
        case .syntax: "not valid JSON"
        case .tooDeep: "JSON is nested too deeply"
        case .tooManyValues: "JSON has too many values"
        case .notUTF8: "JSON is not valid UTF-8"
        case .duplicateMember: "JSON object has a member twice"
        case .missingMember: "member \(name) is missing"
        case .unknownMember: "member \(name) is unknown"
        case .wrongType: "\(name) has the wrong type"
        case .outOfRange: "\(name) is out of range"
        case .unknownWord: "\(name) has the unknown value '\(word ?? "")'"
        }
    }

    /// The same, of this member where none is named yet.
    func named(_ name: String) -> JSONError { JSONError(code, member: member ?? name, word: word) }
}
