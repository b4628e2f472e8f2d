import CCurl
import Domain
package import SecretMemory

/// Hands one message to a mail server: SMTP by libcurl. Blocks. TLS 1.2 or later; the server's certificate and name are
/// always verified. No proxy.
package struct MailSubmission: Sendable {
    package struct Login: Sendable {
        let user: String
        let password: SecretBox

        package init(user: String, password: SecretBox) { (self.user, self.password) = (user, password) }
    }

    /// Why the server did not accept the message. In our words, and the server's last line.
    package struct Refused: Error, Equatable, CustomStringConvertible {
        package let description: String
        /// Whether the server said so for good (5yz, RFC 5321, 4.2.1).
        package let isFinal: Bool
    }

    let server: MailServer
    /// PEM certificates to trust instead of the system's.
    let authorities: String?
    let login: Login?

    package init(_ server: MailServer, authorities: String? = nil, login: Login? = nil) {
        (self.server, self.authorities, self.login) = (server, authorities, login)
    }

    /// Returns once the server has accepted the message for all recipients.
    package func send(
        _ message: [UInt8], from sender: MailAddress, to recipients: [MailAddress], within seconds: Int = 30
    ) throws(Refused) {
        guard CurlTransport.isCurlReady, var easy = CurlEasy() else {
            throw Refused(description: "libcurl cannot be started", isFinal: false)
        }
        prepare(&easy, within: seconds)
        easy.set(CURLOPT_MAIL_FROM, "<\(sender)>")
        easy.setRecipients(recipients.map { "<\($0)>" })
        let dialog = Dialog(message)
        let code = withExtendedLifetime(dialog) {
            let me = unsafe Unmanaged.passUnretained(dialog).toOpaque()
            unsafe easy.set(CURLOPT_READDATA, pointer: me)
            unsafe easy.set(CURLOPT_HEADERDATA, pointer: me)
            unsafe easy.setMailCallbacks(
                message: { unsafe Dialog.at($3)?.give($0, $1 * $2) ?? 0 },
                reply: { unsafe Dialog.at($3)?.hear($0, $1 * $2) ?? 0 })
            guard easy.refused == CURLE_OK else { return easy.refused }
            return unsafe curl_easy_perform(easy.handle)
        }
        guard code != CURLE_OK else { return }
        throw failure(code, easy.circumstances, dialog.reply)
    }

    private func prepare(_ easy: inout CurlEasy, within seconds: Int) {
        easy.set(CURLOPT_URL, server.description)
        easy.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        easy.set(CURLOPT_PROXY, "")
        easy.set(CURLOPT_NOSIGNAL, true)
        easy.set(CURLOPT_QUICK_EXIT, true)
        easy.prepareTLS(caFile: nil)
        if let authorities {
            easy.set(CURLOPT_CAINFO_BLOB, blob: unsafe authorities.utf8Span.span.bytes)
            easy.set(CURLOPT_CAPATH, nil)
        }
        if server.security == .startTLS { easy.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let login {
            easy.set(CURLOPT_USERNAME, login.user)
            easy.setPassword(login.password.bytes)
            // Not GSSAPI, which reads tickets and asks other servers, nor NTLM.
            easy.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
        }
        easy.set(CURLOPT_UPLOAD, true)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, 10_000)
        easy.set(CURLOPT_TIMEOUT_MS, seconds * 1000)
    }

    private func failure(_ code: CURLcode, _ circumstances: CurlCircumstances, _ reply: String) -> Refused {
        let secrets = login.map { [$0.password] } ?? []
        let said =
            reply.isEmpty ? "" : ": \(reply.printable(limit: 160).shown(limit: 160, withholdingPartsOf: secrets))"
        let isFinal = reply.hasPrefix("5")
        return switch code {
        case CURLE_USE_SSL_FAILED: Refused(description: "the server does not offer STARTTLS", isFinal: false)
        case CURLE_LOGIN_DENIED where !reply.hasPrefix("4"):
            Refused(description: "the server does not accept the login\(said)", isFinal: isFinal)
        case _ where isFinal || reply.hasPrefix("4"):
            Refused(description: "the server did not accept the mail\(said)", isFinal: isFinal)
        default:
            Refused(
                description: "\(TransportFailure(curl: code, circumstances, started: true, partial: nil))",
                isFinal: false)
        }
    }
}

/// What is said in one session, during a blocking call of curl's.
private final class Dialog {
    private let message: [UInt8]
    private var sent = 0
    /// The server's last line.
    private(set) var reply = ""

    init(_ message: [UInt8]) { self.message = message }

    static func at(_ pointer: UnsafeMutableRawPointer?) -> Dialog? {
        unsafe pointer.map { unsafe Unmanaged<Dialog>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Puts the next part of the message where curl wants it.
    func give(_ room: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
        let part = message[sent...].prefix(size)
        guard let room = unsafe room else { return 0 }
        let target = unsafe UnsafeMutableRawBufferPointer(start: room, count: size)
        unsafe target.copyBytes(from: part)
        sent += part.count
        return part.count
    }

    func hear(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
        let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size)
        let text = unsafe String(decoding: line.prefix(300), as: UTF8.self).singleLine
        // The farewell says nothing of the message.
        if !text.hasPrefix("221") { reply = text }
        return size
    }
}
