import CCurl
import Glibc
import SecretMemory

/// The owner of one of curl's easy handles and of the memory that the handle refers to.
///
/// curl copies the body and the headers. `keyturn_curl_global_init` makes curl wipe those copies. TLS records in
/// OpenSSL's buffers and the kernel's socket buffers are out of reach.
@safe struct CurlEasy: ~Copyable {
    typealias Receiver = @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int
    typealias BeforeRequest =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?, CInt, CInt
        ) -> CInt

    let handle: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var recipients: UnsafeMutablePointer<curl_slist>?
    /// The first option that curl refused, or `CURLE_OK`.
    private(set) var refused: CURLcode = CURLE_OK
    /// Where curl writes its error message. Only OpenSSL's number is read from it: see ``CurlCircumstances``.
    private let sentence: UnsafeMutableBufferPointer<UInt8>

    init?() {
        guard let handle = unsafe curl_easy_init() else { return nil }
        unsafe self.handle = handle
        unsafe sentence = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe sentence.initialize(repeating: 0)
        record(unsafe keyturn_curl_set_sockets_private(handle))
        unsafe set(CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(sentence.baseAddress))
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(headers)
        unsafe curl_slist_free_all(recipients)
        if let text = unsafe sentence.baseAddress { unsafe explicit_bzero(text, sentence.count) }
        unsafe sentence.deallocate()
    }

    /// What curl knows about a failure.
    var circumstances: CurlCircumstances {
        CurlCircumstances(
            verification: number(CURLINFO_SSL_VERIFYRESULT), systemError: number(CURLINFO_OS_ERRNO),
            proxyStatus: number(CURLINFO_HTTP_CONNECTCODE), alert: TLSAlert(in: unsafe Array(sentence)))
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe keyturn_curl_get_long(handle, info, &value)
        return value
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        record(unsafe keyturn_curl_set_long(handle, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: Bool) { set(option, value ? 1 : 0) }

    /// `nil` restores curl's default.
    mutating func set(_ option: CURLoption, _ value: String?) {
        record(unsafe keyturn_curl_set_string(handle, option, value))
    }

    mutating func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
        record(unsafe keyturn_curl_set_pointer(handle, option, pointer))
    }

    mutating func set(_ option: CURLoption, blob: RawSpan) {
        unsafe blob.withUnsafeBytes { bytes in
            record(unsafe keyturn_curl_set_blob(handle, option, bytes.baseAddress, bytes.count))
        }
    }

    /// The certificate of the connected server; `nil` unless ``CURLOPT_CERTINFO`` was set before.
    var peerCertificate: PeerCertificate? {
        var lines: [String] = []
        var next = unsafe keyturn_curl_leaf(handle)
        while let line = unsafe next {
            if let text = unsafe line.pointee.data { lines.append(unsafe String(cString: text)) }
            unsafe next = UnsafePointer(line.pointee.next)
        }
        return PeerCertificate(lines)
    }

    mutating func setCallbacks(willSend: @escaping BeforeRequest, head: @escaping Receiver, body: @escaping Receiver) {
        record(unsafe keyturn_curl_set_before_request(handle, willSend))
        record(unsafe keyturn_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, head))
        record(unsafe keyturn_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, body))
    }

    mutating func setBody(_ body: borrowing SecretBytes) {
        body.withSpan { span in
            record(unsafe keyturn_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, Int64(span.byteCount)))
            unsafe span.withUnsafeBytes { bytes in
                record(unsafe keyturn_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress))
            }
        }
    }

    /// Requires sound headers: see ``HTTPHeader/isSound``.
    mutating func setHeaders(_ list: [HTTPHeader]) {
        for header in list {
            var line = SecretBuffer()
            line.append("\(header.name): ")
            line.append(header.value.bytes)
            append(line)
        }
        var noExpect = SecretBuffer()
        noExpect.append("Expect:")  // without a value, curl leaves the header out
        append(noExpect)
        unsafe set(CURLOPT_HTTPHEADER, pointer: UnsafeMutableRawPointer(headers))
    }

    /// Requires checked addresses, in angle brackets.
    mutating func setRecipients(_ list: [String]) {
        for recipient in list {
            guard let longer = unsafe curl_slist_append(recipients, recipient) else {
                return record(CURLE_OUT_OF_MEMORY)
            }
            unsafe recipients = longer
        }
        unsafe set(CURLOPT_MAIL_RCPT, pointer: UnsafeMutableRawPointer(recipients))
    }

    /// curl copies it, with the allocator that wipes.
    mutating func setPassword(_ password: borrowing SecretBytes) {
        var text = SecretBuffer()
        text.append(password)
        text.append(0)
        text.withSpan { span in
            unsafe span.withUnsafeBytes { bytes in
                record(unsafe keyturn_curl_set_pointer(handle, CURLOPT_PASSWORD, bytes.baseAddress))
            }
        }
    }

    mutating func setMailCallbacks(message: @escaping Receiver, reply: @escaping Receiver) {
        record(unsafe keyturn_curl_set_receiver(handle, CURLOPT_READFUNCTION, message))
        record(unsafe keyturn_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, reply))
    }

    private mutating func append(_ line: consuming SecretBuffer) {
        line.append(0)
        line.withSpan { span in
            unsafe span.withUnsafeBytes { bytes in
                let longer = unsafe curl_slist_append(headers, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
                guard let longer = unsafe longer else { return record(CURLE_OUT_OF_MEMORY) }
                unsafe headers = longer
            }
        }
    }

    private mutating func record(_ code: CURLcode) {
        if refused == CURLE_OK { refused = code }
    }
}
