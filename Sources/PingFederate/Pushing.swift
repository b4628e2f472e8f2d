package import HTTPTransport
package import SecretMemory

/// What a push left behind.
package struct Pushed: Sendable {
    /// What the console shows of the secret from now on, to see a change by somebody else.
    package let encryptedValue: SecretBox?
    /// What it showed before.
    package let previousEncryptedValue: SecretBox?
}

extension ConsoleSession {
    /// How often a push starts again because somebody saved the connection meanwhile.
    private static let starts = 4

    /// Puts values into settings of a connection, unless somebody else saves it at the same time. Doing it twice is
    /// harmless.
    /// - Parameters:
    ///   - secret: the name of the setting that holds the secret.
    ///   - permit: looks at the connection before anything is sent, and throws if it must not be.
    package func push(
        _ changes: [FieldChange], secret: String, to id: String,
        permit: (SPConnection) throws(ConsoleFailure) -> Void = { _ throws(ConsoleFailure) in }
    ) async throws(ConsoleFailure) -> Pushed {
        _ = try await version()
        for _ in 0..<Self.starts {
            let seen = try await connection(id)
            try permit(seen)
            let text = try seen.replacing(changes)
            guard try await connection(id).isUnchanged(since: seen) else { continue }
            let saved = try await put(text, as: id, withholding: changes.map(\.value))
            let shown: SecretBox?
            if let answered = saved.encryptedValue(of: secret) {
                shown = answered
            } else {
                shown = try await connection(id).encryptedValue(of: secret)
            }
            return Pushed(encryptedValue: shown, previousEncryptedValue: seen.encryptedValue(of: secret))
        }
        throw ConsoleFailure(
            .later(), .editors, detail: "somebody saved the connection \(Self.starts) times while it was looked at")
    }
}

/// Meeting a console for the first time.
package enum ConsoleMeeting {
    /// The certificate that a server shows. Nothing is sent to it.
    package static func certificate(
        of api: EndpointURL, over transport: any HTTPTransport
    ) async throws(ConsoleFailure) -> PeerCertificate {
        let met = Meeting()
        let tls = TLSOptions(
            trust: .certificate { certificate in
                met.note(certificate)
                return false
            })
        do throws(TransportFailure) {
            _ = try await transport.send(HTTPRequest(.get, api, tls: tls))
        } catch {
            if let certificate = met.certificate { return certificate }
            throw ConsoleFailure(error, of: Counterpart(met: api))
        }
        throw ConsoleFailure(.mend, .untrusted, detail: "the server showed no certificate", of: Counterpart(met: api))
    }
}
