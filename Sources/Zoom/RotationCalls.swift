package import Domain
package import HTTPTransport
import SecretJSON
package import SecretMemory

/// Changing an app's client secret: `docs/zoom.md`, "Rotation". [doc]
extension ZoomClient {
    /// Asks for a new client secret. Old and new both work until `revokeOldAt`, which has to be ahead by 30 days at most.
    /// There is no way to say *now*: a lost answer would then lose the only secret that works.
    ///
    /// Once begun, the call runs to its end even if the calling task is cancelled, at most for half a minute: its
    /// answer may be the only copy of a secret.
    ///
    /// - Parameters:
    ///   - appID: the Marketplace app ID, which is not the client ID.
    ///   - token: one that ``rotationToken(credentials:remembered:at:)`` found.
    ///   - api: the token's own ``ZoomToken/apiURL``, else the configured one.
    package func rotateSecret(
        appID: String, revokeOldAt: Timestamp, token: SecretBox, api: EndpointURL
    ) async -> RotationCall {
        let request: HTTPRequest
        do { request = try rotation("new", "\(revokeOldAt)", appID, token, api) } catch { return .certainlyNot(error) }
        guard !Task.isCancelled else { return .certainlyNot(ZoomFailure(.transient(), .cancelled)) }
        return await Task { await exchange(request, token) }.value
    }

    private func exchange(_ request: HTTPRequest, _ token: SecretBox) async -> RotationCall {
        do throws(TransportFailure) {
            let answer = try await transport.send(request)
            if (200...299).contains(answer.status), answer.body.bytes.count > 0 { return .answered(answer.body) }
            // A 2xx without a body is ambiguous, like all that is no refusal in Zoom's form.
            return RotationCall(
                ZoomFailure(.rotation, answer, now: now(), withholding: [token]), body: answer.body)
        } catch {
            return RotationCall(ZoomFailure(error), body: error.partial)
        }
    }

    /// Ends the old client secret at once, whose end an earlier ``rotateSecret(appID:revokeOldAt:token:api:)`` set. To be
    /// called only when the new one has been proven. The call cannot name a secret: Zoom's API takes no secret ID. [doc]
    ///
    /// Parameters as there.
    package func endOldSecret(appID: String, token: SecretBox, api: EndpointURL) async -> EndOldSecretCall {
        do throws(ZoomFailure) {
            let request = try rotation("update", "now", appID, token, api)
            let answer: HTTPResponse
            do { answer = try await transport.send(request) } catch { throw ZoomFailure(error) }
            guard (200...299).contains(answer.status) else {
                throw ZoomFailure(.rotation, answer, now: now(), withholding: [token])
            }
            do { try answer.checkIsSchedule() } catch { throw ZoomFailure(error, answer, withholding: [token]) }
            return .ended
        } catch {
            return EndOldSecretCall(error)
        }
    }

    private func rotation(
        _ action: String, _ time: String, _ appID: String, _ token: SecretBox, _ api: EndpointURL
    ) throws(ZoomFailure) -> HTTPRequest {
        guard !appID.allSatisfy({ $0 == "." }) else {  // empty, or a step up the path
            throw ZoomFailure(.permanent, .wrongAppID, detail: "it is empty or nothing but dots")
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
            // Longer than for other calls: giving up on an answer is dear here.
            limits: HTTPLimits(total: .seconds(30), body: RotationAnswer.limit), isRepeatable: false)
    }
}

extension HTTPResponse {
    /// Whether this is the answer to a change of schedule rather than some network's login page.
    fileprivate func checkIsSchedule() throws(UnusableAnswer) {
        let json = try json(limit: RotationAnswer.limit)
        guard ["secret_id", "revoke_old_secret_time"].contains(where: { json.member($0, of: json.root) != nil }) else {
            throw UnusableAnswer("the answer names no secret")
        }
    }
}
