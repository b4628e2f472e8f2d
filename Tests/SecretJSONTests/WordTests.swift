import Domain
import SecretJSON
import SecretMemory
import TestSupport
import Testing

/// Words of a closed set, which the daemon reads, and of an open one, which clients read.
@Suite struct WordTests {
    private struct Sample: MemberList, Equatable {
        var phase: RotationPhase
        var shown: Open<RotationPhase>

        init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            phase = try members("phase", \.phase)
            shown = try members("shown", \.shown)
        }
    }

    private func sample(_ text: String) throws -> Sample {
        let document = try JSONDocument(parsing: secret(Array(text.utf8)))
        return try Sample(document.root, in: document)
    }

    @Test func `a word of a newer daemon is kept as it came`() throws {
        let sample = try sample(#"{"phase":"lost_response","shown":"of_tomorrow"}"#)
        #expect(sample.phase == .lostResponse && sample.shown == .other("of_tomorrow"))
        var json = JSONWriter()
        sample.write(to: &json)
        #expect(
            json.finish().withSpan { String(decoding: $0.array, as: UTF8.self) }
                == #"{"phase":"lost_response","shown":"of_tomorrow"}"#)
    }

    @Test func `a known word is known in an open set too`() throws {
        #expect(try sample(#"{"phase":"planned","shown":"planned"}"#).shown == .known(.planned))
    }

    @Test func `where only known words are allowed, the error names the member and the word`() throws {
        let error = #expect(throws: JSONError.self) { try sample(#"{"phase":"of tomorrow\n","shown":"planned"}"#) }
        #expect(error == JSONError(.unknownWord, member: "phase", word: "of tomorrow"))
        #expect(error?.description == "'phase' has the unknown value 'of tomorrow'")
    }
}
