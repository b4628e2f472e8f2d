import SecretJSON
import SecretMemory
import SocketAPI
import Testing

/// The bytes of each document: which members, in which order, and whether what is not there is null or absent.
@Suite struct WireBytesTests {
    @Test(arguments: WireSample.all)
    func `a document is written as it was read`(sample: WireSample) throws {
        #expect(try sample.rewritten() == sample.text)
    }

    @Test(arguments: WireSample.all)
    func `members that are not known are passed over in an answer, and refused in a request`(sample: WireSample) throws
    {
        let text = sample.text.dropLast() + (sample.text == "{}" ? "" : ",") + #""not_known":0}"#
        if sample.isStrict {
            #expect(throws: JSONError(.unknownMember, member: "not_known")) { try sample.rewritten(String(text)) }
        } else {
            #expect(try sample.rewritten(String(text)) == sample.text)
        }
    }

    @Test(arguments: WireSample.all)
    func `a member of the wrong type is refused by its name`(sample: WireSample) throws {
        for member in sample.required {
            let document = try JSONDocument(parsing: SecretBytes(copying: sample.text))
            let node = try document.require(member, of: document.root)
            let other = SecretBox(SecretBytes(copying: document.kind(node) == .bool ? "0" : "false"))
            let text = document.replacing([node: other]).withSpan { String(decoding: $0.array, as: UTF8.self) }
            #expect(throws: JSONError(.wrongType, member: member)) { try sample.rewritten(text) }
        }
    }
}

struct WireSample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    /// Whether it is the body of a request, in which an unknown member is refused.
    let isStrict: Bool
    /// The members that are replaced by a value of another type: one of each kind is enough.
    let required: [String]
    private let rewrite: @Sendable (String) throws -> SecretBox

    /// - Parameters:
    ///   - required: the members for ``required``.
    ///   - text: `@7` stands for a time; lines may be broken and indented between members.
    init<Document: WireDocument & SendableMetatype & ~Copyable>(
        _: Document.Type, strict: Bool = false, wrong required: String..., text: String
    ) {
        testDescription = "\(Document.self)"
        isStrict = strict
        self.required = required
        self.text = text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
            .replacing(#/@(\d)/#) { "\"2026-01-02T03:04:0\($0.output.1)Z\"" }
        rewrite = { text in SecretBox(try Document(parsing: SecretBytes(copying: text)).render()) }
    }

    func rewritten(_ text: String? = nil) throws -> String {
        try rewrite(text ?? self.text).bytes.withSpan { String(decoding: $0.array, as: UTF8.self) }
    }

    static let all = requests + agentAnswers + reports + apps + targets
}
