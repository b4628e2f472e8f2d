import SecretMemory
import SocketAPI

/// What a reader made of the bytes of a connection.
struct Reading: Equatable {
    /// The requests, each in a form that can be compared.
    var requests: [String] = []
    var refusal: Problem?
    /// Bytes that no request took.
    var left = 0
}

/// Shows `bytes` to a reader as they would arrive: first up to `cuts[0]`, then up to `cuts[1]`, ..., at last all.
func read(_ bytes: [UInt8], cutAt cuts: [Int] = [], limits: RequestLimits = RequestLimits()) -> Reading {
    var reader = RequestReader(limits: limits)
    var reading = Reading()
    var start = 0
    for end in cuts + [bytes.count] {
        next: while true {
            let unread = unsafe bytes.span.bytes.extracting(start..<end)
            switch reader.read(unread) {
            case .more:
                break next
            case .request(let request, let consumed):
                precondition(consumed > 0 && consumed <= unread.byteCount, "consumed what is not there")
                start += consumed
                reading.requests.append(summary(request))
                if start == end { break next }
            case .refused(let problem):
                reading.refusal = problem
                reading.left = bytes.count - start
                return reading
            }
        }
    }
    reading.left = bytes.count - start
    return reading
}

func read(_ text: String, limits: RequestLimits = RequestLimits()) -> Reading {
    read(Array(text.utf8), limits: limits)
}

/// The one request that `text` is; `nil` if it is anything else.
func request(_ text: String) -> Request? {
    let bytes = Array(text.utf8)
    var reader = RequestReader()
    guard case .request(let request, bytes.count) = reader.read(unsafe bytes.span.bytes) else { return nil }
    return request
}

func summary(_ request: Request) -> String {
    var parts = [request.method.rawValue, request.target.path]
    for key in request.target.queryKeys { parts.append("\(key)=\(request.target.query(key) ?? "-")") }
    parts.append("mark:\(request.keyturnRequest ?? "-") tag:\(request.ifNoneMatch ?? "-")")
    parts.append("type:\(request.contentType ?? "-") closes:\(request.closes)")
    parts.append("body:\(request.body.map { text($0.bytes) } ?? "-")")
    return parts.joined(separator: " ")
}

func text(_ secret: borrowing SecretBytes) -> String {
    secret.withSpan { String(decoding: $0.array, as: UTF8.self) }
}

func text(
    _ response: RenderedResponse, headAlone: Bool = false, closing: Bool = false, date: DateField? = nil
) -> String {
    var bytes: [UInt8] = []
    response.forEachPart(headAlone: headAlone, closing: closing, date: date) { bytes += $0.array }
    return String(decoding: bytes, as: UTF8.self)
}
