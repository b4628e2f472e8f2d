import Domain
import SecretMemory

@testable import SocketAPI

extension FuzzTarget {
    /// The request reader: what it makes of a connection does not depend on how the bytes came, what it accepts means
    /// the same when written in the plainest form, and nothing is taken from what it refuses.
    static let requests = FuzzTarget(name: "requests") { input in
        let whole = try Conversation(input)
        try hold(try Conversation(input, pieces: 1) == whole, "read otherwise when it came byte by byte")
        try hold(
            try Conversation(input, pieces: 1 + input.count % 37) == whole, "read otherwise when it came in pieces")
        for request in whole.requests {
            let again = try Conversation(request.plainest)
            try hold(again.requests == [request], "\(request) was not the same when written again")
            try hold(again.left == 0 && again.refusal == nil, "\(request) left something when written again")
        }
        // Nothing that comes behind can change what was there before.
        for request in whole.requests.indices {
            let end = whole.ends[request]
            let before = try Conversation(Array(input[..<end]))
            try hold(before.requests == Array(whole.requests[...request]), "what came later changed a request")
            let less = try Conversation(Array(input[..<(end - 1)]))
            try hold(less.requests.count == request, "a request was taken before it was whole")
        }
    }
}

/// All that one connection said, as the request reader understands it.
struct Conversation: Equatable {
    /// A request in a form that can be compared, and written.
    struct Said: Equatable, CustomStringConvertible {
        let method: String
        /// The host that counts.
        let host: String
        /// Path and query.
        let target: String
        let mark: String?
        let tag: String?
        let type: String?
        let closes: Bool
        let body: [UInt8]

        init(_ request: Request) {
            method = request.method.rawValue
            host = request.host
            let query = request.target.queryKeys.map { "\($0)=\(request.target.query($0) ?? "")" }
            target = request.target.path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
            mark = request.keyturnRequest
            tag = request.ifNoneMatch
            type = request.contentType
            closes = request.closes
            body = request.body.map { bytes($0.bytes) } ?? []
        }

        var description: String { "\(method) \(target)" }

        var plainest: [UInt8] {
            var head = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
            for (name, value) in [("Keyturn-Request", mark), ("If-None-Match", tag), ("Content-Type", type)] {
                if let value { head += "\(name): \(value)\r\n" }
            }
            if closes { head += "Connection: close\r\n" }
            if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
            return Array((head + "\r\n").utf8) + body
        }
    }

    private(set) var requests: [Said] = []
    /// Where each request ended.
    private(set) var ends: [Int] = []
    private(set) var refusal: Problem?
    /// The bytes that no request took.
    private(set) var left = 0

    /// - Parameter pieces: how many bytes come at a time; 0 for all at once.
    init(_ input: [UInt8], pieces: Int = 0) throws(Broken) {
        var reader = RequestReader()
        var (start, end) = (0, 0)
        repeat {
            end = pieces == 0 ? input.count : min(end + pieces, input.count)
            reading: while start < end {
                switch reader.read(unsafe input.span.bytes.extracting(start..<end)) {
                case .more: break reading
                case .request(let request, let consumed):
                    try hold(consumed > 0 && consumed <= end - start, "took \(consumed) of \(end - start) bytes")
                    start += consumed
                    requests.append(Said(request))
                    ends.append(start)
                case .refused(let problem):
                    refusal = problem
                    try hold(problem.detail.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "a refusal is no line")
                    left = input.count - start
                    return
                }
            }
        } while end < input.count
        left = input.count - start
    }
}
