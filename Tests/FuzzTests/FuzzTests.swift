import TestSupport
import Testing

/// The short run of what `scripts/fuzz` does for long: the corpus, and the same mutations of it each time.
@Suite struct FuzzTests {
    /// Of each target; a second or so in all but the slowest.
    private static let mutations = 1_500
    private static let needsNode: ConditionTrait = .enabled(
        if: Llhttp.shared != nil, "node is not here: apt-get install nodejs")

    @Test(arguments: FuzzTarget.all)
    func `a reader's conditions hold, whatever the bytes`(target: FuzzTarget) throws {
        let corpus = try Corpus.inputs(of: target)
        try #require(!corpus.isEmpty, "fuzz/corpus/\(target.name) is empty")
        for input in corpus { try check(target, input) }
        var mutator = Mutator(dice: Dice(1), corpus: corpus, words: try Corpus.words())
        for _ in 0..<Self.mutations { try check(target, mutator.next()) }
    }

    @Test func `each folder of the corpus belongs to a target`() throws {
        #expect(try Corpus.targets() == FuzzTarget.all.map(\.name).sorted())
    }

    @Test(
        needsNode,
        arguments: 1...8 as ClosedRange<UInt64>)
    func `another program sees the same requests where one is accepted`(seed: UInt64) throws {
        var maker = RequestMaker(dice: Dice(seed))
        var accepted = 0
        for _ in 0..<1_500 {
            let input = maker.next()
            try check(.requestsTwice, input)
            accepted += try Conversation(input).requests.count
        }
        // Otherwise nothing was compared.
        #expect(accepted > 500)
    }

    @Test(needsNode) func `a request that is read in two ways would be noticed`() throws {
        let llhttp = try #require(Llhttp.shared)
        let theirs = try llhttp.requests(
            in: Array("POST /a HTTP/1.1\r\nHost: k\r\nContent-Length: 2\r\n\r\nabGET".utf8))
        #expect(theirs.count == 1 && theirs[0].isWhole && theirs[0].body == Array("ab".utf8))
        let two = try llhttp.requests(
            in: Array(
                "GET /a HTTP/1.1\r\nHost: k\r\n\r\nGET /b?x=1 HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n".utf8))
        #expect(two.map(\.target) == ["/a", "/b?x=1"] && two.map(\.closes) == [false, true])
    }

    private func check(_ target: FuzzTarget, _ input: [UInt8]) throws {
        do { try target.run(input) } catch {
            Issue.record("\(target.name): \(error)\nwith \(String(reflecting: String(decoding: input, as: UTF8.self)))")
            throw error
        }
    }
}
