import SecretMemory

@testable import SocketAPI

extension FuzzTarget {
    /// The client's reader of answers: the same however the bytes come, and a body that is exactly what came behind the
    /// head.
    static let answers = FuzzTarget(name: "answers") { input in
        let whole = read(input, pieces: 0)
        try hold(read(input, pieces: 1) == whole, "read otherwise when it came byte by byte")
        try hold(read(input, pieces: 1 + input.count % 37) == whole, "read otherwise when it came in pieces")
        if case .success(let answer) = whole, let answer {
            try hold((200...599).contains(answer.status), "status \(answer.status)")
            try hold(input.suffix(answer.body.count).elementsEqual(answer.body), "the body is not the end of what came")
            try hold(answer.body.count < input.count, "a body without a head")
        }
    }

    private struct Said: Equatable {
        let status: Int
        let texts: [String?]
        let retryAfter: Int?
        let body: [UInt8]
    }

    /// Whatever comes in more than one piece ends at the first answer or error: what follows can only make it worse,
    /// so it is compared for answers that are whole with the last byte.
    private static func read(_ input: [UInt8], pieces: Int) -> Result<Said?, ClientError> {
        var limits = AnswerLimits()
        limits.body = 1 << 16
        var reader = AnswerReader(limits: limits)
        var end = 0
        do throws(ClientError) {
            repeat {
                end = pieces == 0 ? input.count : min(end + pieces, input.count)
                guard let answer = try reader.read(unsafe input.span.bytes.extracting(0..<end)) else { continue }
                guard end == input.count else { return .failure(.malformedAnswer("bytes after the body")) }
                // An answer that can be read can be asked for all it may hold.
                _ = answer.problem
                _ = try? answer.document(StatusDocument.self)
                return .success(
                    Said(
                        status: answer.status, texts: [answer.contentType, answer.entityTag],
                        retryAfter: answer.retryAfter, body: bytes(answer.body)))
            } while end < input.count
            return .success(nil)
        } catch {
            return .failure(error)
        }
    }
}
