package import Domain
package import HTTPTransport
import SecretJSON
package import SecretMemory

/// Changing an app's client secret. See `docs/zoom.md`, "Rotation". [doc]
extension ZoomClient {
    /// Asks for a new client secret. Both secrets work until `revokeOldAt`, which must be in the future and at most 30
    /// days away. There is deliberately no *now*: if the answer were lost, so would be the only secret that works.
    ///
    /// Once started, the call runs to its end even if the calling task is cancelled, for at most 30 s: its answer may
    /// be the only copy of a secret.
    ///
    /// - Parameters:
    ///   - appID: the Marketplace app ID, which is not the client ID.
    ///   - token: a token from ``rotationToken(credentials:remembered:at:)``.
    ///   - api: the token's own ``ZoomToken/apiURL``, else the configured one.
    ///   - maySend: asked right before the request is sent. If it says no, nothing is sent.
    package func rotateSecret(
        appID: String, revokeOldAt: Timestamp, token: SecretBox, api: EndpointURL,
        maySend: @escaping @Sendable () -> Bool = { true }
    ) async -> RotationCall {
        var request: HTTPRequest
        do { request = try rotation("new", "\(revokeOldAt)", appID, token, api) } catch { return .certainlyNot(error) }
        request.maySend = maySend
        guard !Task.isCancelled else { return .certainlyNot(ZoomFailure(.transient(), .cancelled)) }
        return await Task { [request] in await exchange(request, token) }.value
    }

    private func exchange(_ request: HTTPRequest, _ token: SecretBox) async -> RotationCall {
        do throws(TransportFailure) {
            let answer = try await transport.send(request)
            if (200...299).contains(answer.status), answer.body.bytes.count > 0 { return .answered(answer.body) }
            // A 2xx without a body is ambiguous, like everything that is not a refusal in Zoom's form.
            return RotationCall(
                ZoomFailure(.rotation, answer, now: now(), withholding: [token]), body: answer.body)
        } catch {
            return RotationCall(ZoomFailure(error), body: error.partial)
        }
    }

    /// Has Zoom revoke the old client secret at `time`; an earlier ``rotateSecret(appID:revokeOldAt:token:api:)`` set its
    /// expiry. Call it only after the new secret has been verified. The call cannot name a secret: Zoom's API has no
    /// member for it. [doc] There is deliberately no *now*: Zoom refuses a request that arrives after `time` [doc: 2001],
    /// so one that was held up cannot revoke a secret of the next rotation.
    ///
    /// The parameters are those of ``rotateSecret(appID:revokeOldAt:token:api:)``.
    package func endOldSecret(
        appID: String, at time: Timestamp, token: SecretBox, api: EndpointURL
    ) async -> EndOldSecretCall {
        do throws(ZoomFailure) {
            let request = try rotation("update", "\(time)", appID, token, api)
            let answer: HTTPResponse
            do { answer = try await transport.send(request) } catch { throw ZoomFailure(error) }
            guard (200...299).contains(answer.status) else {
                throw ZoomFailure(.rotation, answer, now: now(), withholding: [token])
            }
            do { return .set(secretID: try answer.scheduleOwner()) } catch {
                return .unknown(ZoomFailure(error, answer, withholding: [token]))
            }
        } catch {
            return EndOldSecretCall(error)
        }
    }

    private func rotation(
        _ action: String, _ time: String, _ appID: String, _ token: SecretBox, _ api: EndpointURL
    ) throws(ZoomFailure) -> HTTPRequest {
        guard !appID.allSatisfy({ $0 == "." }) else {  // empty, or a step up the path
            throw ZoomFailure(.permanent, .wrongAppID, detail: "it is empty, or consists of dots only")
        }
        var path = SecretBuffer()
        path.append("/v2/marketplace/apps/")
        path.append(percentEncoding: appID)
        path.append("/rotate_client_secret")
        let url: EndpointURL
        do { url = try api.appending(path.withSpan { String(decoding: $0.array, as: UTF8.self) }) } catch {
            throw ZoomFailure(.permanent, .notTried, detail: error.description)
        }
        var body = JSONWriter()
        body.beginObject()
        body.member("action", action)
        body.member("revoke_old_secret_time", time)
        body.endObject()
        return HTTPRequest(
            .post, url,
            headers: [
                .authorization("Bearer", token), HTTPHeader("Content-Type", "application/json"),
                HTTPHeader("Accept", "application/json"),
            ],
            body: SecretBox(body.finish()),
            // Longer than for other calls: to give up on this answer may cost the secret.
            limits: HTTPLimits(total: .seconds(30), body: RotationAnswer.limit), isRepeatable: false)
    }
}

extension HTTPResponse {
    /// Throws unless this is the answer to a change of expiry, and not some network's login page.
    /// - Returns: the ID of the secret the `new` of which the schedule belongs to; `nil` if the answer does not say.
    fileprivate func scheduleOwner() throws(UnusableAnswer) -> String? {
        let json = try json(limit: RotationAnswer.limit)
        guard ["secret_id", "revoke_old_secret_time"].contains(where: { json.member($0, of: json.root) != nil }) else {
            throw UnusableAnswer("the answer names no secret")
        }
        return try json.textIfPresent("secret_id", in: .rotation)
    }
}
