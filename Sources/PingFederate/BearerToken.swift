import HTTPTransport
import SecretJSON
import SecretMemory

/// A token for the admin API, by client credentials (RFC 6749, section 4.4).
enum BearerToken {
    private static let limit = 64 << 10

    static func mint(
        for client: ConsoleAccess.OAuthClient, over transport: any HTTPTransport, _ tls: TLSOptions,
        _ party: Counterpart
    ) async throws(ConsoleFailure) -> SecretBox {
        let request = HTTPRequest(
            .post, client.tokenURL, headers: client.headers, body: client.form, limits: HTTPLimits(body: limit),
            isRepeatable: true, tls: tls)  // a second token does no harm
        let answer: HTTPResponse
        do { answer = try await transport.send(request) } catch { throw ConsoleFailure(error, of: party) }
        guard answer.status == 200 else {
            throw ConsoleFailure(token: answer, of: party, withholding: client.withheld)
        }
        do throws(UnusableAnswer) { return try token(in: answer, client.withheld) } catch {
            throw ConsoleFailure(error, answer, of: party)
        }
    }

    private static func token(
        in answer: HTTPResponse, _ secrets: [SecretBox]
    ) throws(UnusableAnswer) -> SecretBox {
        let json = try answer.json(limit: limit)
        guard let node = json.member("access_token", of: json.root), let token = try? json.secret(node),
            (1...16_384).contains(token.count)
        else { throw UnusableAnswer("it has no access_token") }
        // RFC 6749, appendix A.12: printable ASCII. A header cannot carry anything else.
        guard token.withSpan({ span in (0..<span.byteCount).allSatisfy { (0x20...0x7E).contains(span[$0]) } }) else {
            throw UnusableAnswer("its access_token contains characters that are not allowed in a token")
        }
        // Required, in upper or lower case (RFC 6749, sections 5.1 and 7.1). A missing one does no harm.
        if let type = json.words("token_type", of: json.root), type.lowercased() != "bearer" {
            throw UnusableAnswer(
                "its token type is \(type.shown(40, secrets + [SecretBox(token)])), not Bearer")
        }
        return SecretBox(token)
    }
}

extension ConsoleAccess.OAuthClient {
    /// The client's ID and secret, form-encoded and joined by a colon (RFC 6749, section 2.3.1). A colon in either is
    /// encoded.
    private var pair: SecretBox {
        var name = SecretBuffer()
        name.append(formEncoding: clientID)
        return name.withSpan { name in encodedSecret.bytes.withSpan { .basicPair(name, $0) } }
    }

    private var encodedSecret: SecretBox {
        var encoded = SecretBuffer()
        secret.bytes.withSpan { encoded.append(formEncoding: $0) }
        return SecretBox(encoded.finish())
    }

    var headers: [HTTPHeader] {
        let all = [
            HTTPHeader("Content-Type", "application/x-www-form-urlencoded"), HTTPHeader("Accept", "application/json"),
        ]
        return isPosted ? all : all + [.authorization("Basic", pair)]
    }

    var form: SecretBox {
        var form = SecretBuffer()
        form.append("grant_type=client_credentials")
        if !scopes.isEmpty {
            form.append("&scope=")
            form.append(formEncoding: scopes.joined(separator: " "))
        }
        if isPosted {
            form.append("&client_id=")
            form.append(formEncoding: clientID)
            form.append("&client_secret=")
            form.append(encodedSecret.bytes)
        }
        return SecretBox(form.finish())
    }

    /// The secret in each form in which it is sent, to be withheld from any text of the server.
    var withheld: [SecretBox] { [secret, encodedSecret, pair] }
}
