import Domain
import Glibc
import HTTPTransport
import Health
import Maintenance
import SecretMemory
import SocketAPI
import System

extension AlertChannelSettings {
    /// What a channel's files contain.
    struct Files {
        var url: EndpointURL?
        var secret: SecretBox?
        var authorities: String?
    }

    /// Reads the files that the channel names.
    /// - Parameter credentials: systemd's directory, whose files only this service can read.
    func readFiles(credentials: String?) throws(StartError) -> Files {
        var files = Files()
        let reader = FileReader(channel: name, credentials: credentials)
        if let caFile { files.authorities = try reader.authorities(caFile) }
        switch receiver {
        case .command, .webhook(.url), .slack(.url), .teams(.url): break
        case .webhook(.file(let path)), .slack(.file(let path)), .teams(.file(let path)):
            files.url = try reader.url(path)
        case .pagerDuty(_, let path): files.secret = SecretBox(try reader.secret("routing_key_file", path))
        case .mail(let mail):
            if let login = mail.login {
                files.secret = SecretBox(try reader.secret("password_file", login.passwordFile))
            }
        }
        return files
    }

    /// - Parameter closed: directories that no command can write to.
    func makeChannel(
        _ files: Files, closed: [String], over transport: any HTTPTransport, time: any TimeSource
    ) -> AlertChannel? {
        makeReceiver(files, closed: closed, over: transport, time: time).map {
            AlertChannel(name, type, least: least, $0)
        }
    }

    private func makeReceiver(
        _ files: Files, closed: [String], over transport: any HTTPTransport, time: any TimeSource
    ) -> (any AlertReceiver)? {
        let tls = TLSOptions(trust: files.authorities.map { .authorities($0) } ?? .standard)
        func post(_ address: Address, _ format: HTTPReceiver.Format) -> HTTPReceiver? {
            let url: EndpointURL? = if case .url(let url) = address { url } else { files.url }
            return url.map { HTTPReceiver($0, format, tls, over: transport) }
        }
        return switch receiver {
        case .command(let words, let timeout): CommandReceiver(words, timeout: timeout, closed: closed)
        case .webhook(let address): post(address, .own)
        case .slack(let address): post(address, .slack)
        case .teams(let address): post(address, .teams)
        case .pagerDuty(let url, _): files.secret.flatMap { post(.url(url), .pagerDuty(routingKey: $0)) }
        case .mail(let mail):
            MailReceiver(
                mail.server, authorities: files.authorities,
                login: mail.login.flatMap { login in
                    files.secret.map { MailSubmission.Login(user: login.user, password: $0) }
                }, from: mail.from, to: mail.to, time: time)
        }
    }
}

extension Settings {
    /// The directory of systemd's credentials for this service.
    static var credentials: String? {
        unsafe getenv("CREDENTIALS_DIRECTORY").map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The receivers of alerts besides the log.
    /// - Parameter isStart: no channel keeps the daemon from starting. One whose files cannot be used accepts nothing, and the
    ///   status says why.
    func makeAlertChannels(
        closed: [String], over transport: any HTTPTransport, time: any TimeSource, isStart: Bool
    ) throws(StartError) -> [AlertChannel] {
        var channels: [AlertChannel] = []
        for channel in alertChannels {
            do throws(StartError) {
                let files = try channel.readFiles(credentials: Self.credentials)
                if let made = channel.makeChannel(files, closed: closed, over: transport, time: time) {
                    channels.append(made)
                }
            } catch {
                guard isStart else { throw error }
                channels.append(
                    AlertChannel(
                        channel.name, channel.type, least: channel.least, UnusableReceiver(reason: error.detail)))
            }
        }
        return channels
    }

    /// Whether a channel starts a program.
    var alertsByCommand: Bool { alertChannels.contains { $0.type == .command } }
}

/// Of a channel whose files cannot be used.
private struct UnusableReceiver: AlertReceiver {
    let place = "nowhere"
    let reason: String

    func send(_: Alert, from _: String) throws(NotAccepted) { throw NotAccepted(reason, isFinal: true) }
}

/// Reads the files of one channel. A secret file must be closed to other users, and no other user may be able to replace any
/// of the files.
private struct FileReader {
    let channel: Name
    let credentials: String?

    func secret(_ key: String, _ path: String) throws(StartError) -> SecretBytes {
        let what = "alerts.channels.\(channel).\(key)"
        let isCredential = credentials.map { path.hasPrefix($0 + "/") } ?? false
        if !isCredential { try StartError.check(what, path) }
        let all: SecretBytes
        do throws(PrivateFile.Refusal) {
            all = try PrivateFile.read(path, sizes: 1...4096, forbidden: isCredential ? 0o007 : 0o077)
        } catch { throw StartError(error, what, path) }
        // The first line, without white space around it.
        let line = all.withSpan { span in
            let bytes = span.array.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            return bytes.startIndex..<bytes.endIndex
        }
        guard !line.isEmpty else { throw StartError(.size(0), what, path) }
        return all.withSpan { SecretBytes(copying: $0.extracting(line)) }
    }

    func url(_ path: String) throws(StartError) -> EndpointURL {
        let text = try secret("url_file", path).withSpan { String(decoding: $0.array, as: UTF8.self) }
        do throws(EndpointURLError) { return try EndpointURL(text) } catch {
            throw StartError(
                .configuration,
                "alerts.channels.\(channel).url_file: the first line of \(path) is not an https URL: \(error)")
        }
    }

    func authorities(_ path: String) throws(StartError) -> String {
        let what = "alerts.channels.\(channel).ca_file"
        try StartError.check(what, path)
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try File(reading: path, followsLinks: true).read(most: 1 << 20) } catch {
            throw StartError(.configuration, "\(what): cannot read \(path): \(error.words)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard CertificateLife.all(inPEM: text).contains(where: { $0 != nil }) else {
            throw StartError(.configuration, "\(what): there is no certificate in \(path)")
        }
        return text
    }
}

extension StartError {
    fileprivate init(_ refusal: PrivateFile.Refusal, _ what: String, _ path: String) {
        switch refusal {
        case .system(let error): self.init(.configuration, "\(what): cannot read \(path): \(error.words)")
        case .notAFile: self.init(.configuration, "\(what): \(path) is not a file")
        case .open:
            self.init(
                .configuration, "\(what): others can read \(path)",
                hint: "chmod 600 \(path); and replace the secret in it: it may be known")
        case .size: self.init(.configuration, "\(what): the first line of \(path) is empty, or too long")
        }
    }
}
