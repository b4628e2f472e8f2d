import CCurl
import SecretMemory

/// A request in flight. Used by the loop's thread only, also in curl's callbacks.
final class Transfer {
    typealias Outcome = Result<HTTPResponse, TransportFailure>

    static let headLimit = 64 << 10

    private(set) var easy: CurlEasy
    private let bodyLimit: Int
    private let answer: CheckedContinuation<Outcome, Never>
    private var headers = HTTPFields()
    private var headSize = 0
    /// Whether the empty line after the head arrived. curl takes a truncated head for an answer without a body.
    private var isHeadWhole = false
    private var body: SecretBuffer? = SecretBuffer(capacity: 4_096)
    private var bodySize = 0
    private var isTooLarge = false
    /// Whether the request may have left. Set at the last moment at which it certainly has not.
    private var started = false
    /// Checks the server's certificate before the request is sent; `nil` if curl alone does.
    private let acceptsPeer: (@Sendable (PeerCertificate) -> Bool)?
    private var isPeerRefused = false
    private let maySend: @Sendable () -> Bool
    private var isWithdrawn = false

    /// - Parameter easy: a handle that is prepared for the request.
    init(_ request: HTTPRequest, easy: consuming CurlEasy, answer: CheckedContinuation<Outcome, Never>) {
        self.easy = easy
        self.answer = answer
        (bodyLimit, maySend) = (request.limits.body, request.maySend)
        if case .certificate(let judge) = request.tls.trust { acceptsPeer = judge } else { acceptsPeer = nil }
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe self.easy.set(CURLOPT_PREREQDATA, pointer: me)
        unsafe self.easy.set(CURLOPT_HEADERDATA, pointer: me)
        unsafe self.easy.set(CURLOPT_WRITEDATA, pointer: me)
        unsafe self.easy.setCallbacks(
            willSend: { me, _, _, _, _ in
                unsafe Transfer.at(me)?.willSend() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            },
            head: { bytes, size, count, me in
                unsafe Transfer.receive(bytes, size * count, me) { $0.receiveHead($1) }
            },
            body: { bytes, size, count, me in
                unsafe Transfer.receive(bytes, size * count, me) { $0.receiveBody($1) }
            })
    }

    /// Returns what curl expects: the number of bytes consumed, or 0 to end the transfer.
    private static func receive(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ me: UnsafeMutableRawPointer?,
        _ take: (Transfer, RawSpan) -> Bool
    ) -> Int {
        guard let transfer = unsafe at(me) else { return 0 }
        return take(transfer, unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: bytes, count: count)))
            ? count : 0
    }

    private static func at(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
        unsafe pointer.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Ends the transfer with curl's result.
    func finish(_ code: CURLcode) {
        var status = 0
        unsafe keyturn_curl_get_long(easy.handle, CURLINFO_RESPONSE_CODE, &status)
        if isPeerRefused {
            fail(.tlsUntrusted)
        } else if isWithdrawn {
            fail(.cancelled)
        } else if isTooLarge {
            fail(.tooLarge)
        } else if code != CURLE_OK {
            let failure = TransportFailure(
                curl: code, easy.circumstances, started: started, partial: takePartial())
            answer.resume(returning: .failure(failure))
        } else if !isHeadWhole {
            fail(.cut)
        } else if (200...599).contains(status), let body = body.take() {
            let response = HTTPResponse(status: status, headers: headers, body: SecretBox(body.finish()))
            answer.resume(returning: .success(response))
        } else {
            fail(.malformed)
        }
    }

    /// Ends the transfer from our side.
    func fail(_ kind: TransportFailure.Kind) {
        let failure = TransportFailure(kind, started ? .ambiguous : .notSent, partial: takePartial())
        answer.resume(returning: .failure(failure))
    }

    private func takePartial() -> SecretBox? {
        guard bodySize > 0, let body = body.take() else { return nil }
        return SecretBox(body.finish())
    }

    // MARK: Callbacks

    /// Returns whether to continue.
    private func willSend() -> Bool {
        if let acceptsPeer {
            isPeerRefused = !(easy.peerCertificate.map(acceptsPeer) ?? false)
            guard !isPeerRefused else { return false }
        }
        isWithdrawn = !maySend()
        guard !isWithdrawn else { return false }
        started = true
        return true
    }

    /// Returns whether to continue.
    private func receiveHead(_ line: RawSpan) -> Bool {
        headSize += line.byteCount
        isTooLarge = isTooLarge || headSize > Self.headLimit
        let text = String(decoding: line.array, as: UTF8.self)
        let isStatusLine = text.hasPrefix("HTTP/")
        if isStatusLine {
            headers = HTTPFields()  // what came before was an interim answer (1xx)
            isHeadWhole = false
        }
        guard !isTooLarge, !isHeadWhole, !isStatusLine else { return !isTooLarge }  // trailers come after the head
        isHeadWhole = text == "\r\n" || text == "\n"
        headers.add(line: text)
        return true
    }

    /// Returns whether to continue.
    private func receiveBody(_ bytes: RawSpan) -> Bool {
        let fitting = bytes.extracting(first: bodyLimit - bodySize)
        isTooLarge = isTooLarge || fitting.byteCount < bytes.byteCount
        body?.append(fitting)
        bodySize += fitting.byteCount
        return !isTooLarge
    }
}
