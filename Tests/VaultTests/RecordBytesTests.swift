import SecretMemory
import TestSupport
import Testing

@testable import SecretJSON
@testable import Vault

/// The bytes of each record: which members, in which order, and that what is not there is absent. A vault that was written with
/// other bytes does not open.
@Suite struct RecordBytesTests {
    @Test(arguments: RecordSample.all)
    func `a record is written with these bytes and columns`(sample: RecordSample) throws {
        #expect(try sample.written() == sample.content)
    }

    @Test(arguments: RecordSample.all)
    func `a record is written as it was read`(sample: RecordSample) throws {
        #expect(try sample.rewritten(sample.content) == sample.content)
    }

    @Test(arguments: RecordSample.all)
    func `a member that is not known is refused`(sample: RecordSample) throws {
        var changed = sample.content
        changed.text = changed.text.dropLast() + (changed.text == "{}" ? "" : ",") + #""not_known":0}"#
        #expect(throws: JSONError(.unknownMember, member: "not_known")) { try sample.rewritten(changed) }
    }

    @Test(arguments: RecordSample.all)
    func `a member that is null, or of another type, is refused by its name`(sample: RecordSample) throws {
        let document = try JSONDocument(parsing: SecretBytes(copying: sample.content.text))
        for (key, node) in document.members(of: document.root) {
            for other in ["null", document.kind(node) == .bool ? "0" : "false"] {
                var changed = sample.content
                changed.text = Self.text(document, replacing: node, by: other)
                #expect(throws: JSONError(.wrongType, member: try document.string(key))) {
                    try sample.rewritten(changed)
                }
            }
        }
    }

    @Test(arguments: RecordSample.all)
    func `a member that each record has is missed by its name`(sample: RecordSample) throws {
        let document = try JSONDocument(parsing: SecretBytes(copying: sample.content.text))
        for name in sample.required {
            #expect(document.member(name, of: document.root) != nil)
            var changed = sample.content
            changed.text = TestSupport.text(document.normalized { $1 && $0 == name })
            #expect(throws: JSONError(.missingMember, member: name)) { try sample.rewritten(changed) }
        }
    }

    private static func text(_ document: JSONDocument, replacing node: JSONNode, by other: String) -> String {
        TestSupport.text(document.replacing([node: SecretBox(SecretBytes(copying: other))]))
    }
}

struct RecordSample: Sendable, CustomTestStringConvertible {
    struct Content: Equatable, Sendable {
        var cells: [Cell]
        var text: String
    }

    let testDescription: String
    let content: Content
    /// Members that no record of this kind is without.
    let required: [String]
    let written: @Sendable () throws -> Content
    let rewritten: @Sendable (Content) throws -> Content

    /// - Parameter text: lines may be broken and indented between members.
    init<R: Record>(_ name: String, _ record: R, _ cells: [Cell], required: String..., text: String) {
        testDescription = "\(R.self), \(name)"
        content = Content(cells: cells, text: text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined())
        self.required = required
        written = { try Content(record) }
        rewritten = { try Content(R(cells: $0.cells, plaintext: SecretBytes(copying: $0.text))) }
    }

    static let all = apps + clients + rotations + candidates + targets + caches + accounts
}

extension RecordSample.Content {
    init(_ record: some Record) throws {
        let (cells, plaintext) = record.encoded()
        self.init(cells: cells, text: plaintext.text)
    }
}
