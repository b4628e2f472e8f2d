import HTTPTransport
import SecretMemory
import Synchronization

@testable import Zoom

func secret(_ text: String) -> SecretBox { SecretBox(SecretBytes(copying: text)) }

func response(_ status: Int, _ body: String) -> HTTPResponse { response(status, "application/json", body) }

func response(_ status: Int, _ type: String?, _ body: String) -> HTTPResponse {
    HTTPResponse(status: status, headers: type.map { ["Content-Type": $0] } ?? [:], body: secret(body))
}

/// Gives one outcome and remembers what it was asked.
final class FakeTransport: HTTPTransport {
    private let outcome: Result<HTTPResponse, TransportFailure>
    private let log = Mutex<[HTTPRequest]>([])

    init(_ outcome: Result<HTTPResponse, TransportFailure>) { self.outcome = outcome }

    var requests: [HTTPRequest] { log.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        log.withLock { $0.append(request) }
        return try outcome.get()
    }
}

extension ZoomCredentials {
    static let planted = ZoomCredentials(
        accountID: "acc-0123456789_ABCDEFG", clientID: "client0123456789ABCDEF",
        clientSecret: secret("PlantedSecret0123456789abcdefABCD"))
}

extension SecretBox {
    var text: String { bytes.withSpan { String(decoding: $0.array, as: UTF8.self) } }
}

func tokenJSON(_ replaced: (String, String?)...) -> String {
    var members: [(String, String?)] = [
        ("access_token", #""eyJ0eXAi.T0K3N.x-y_z""#), ("token_type", #""bearer""#), ("expires_in", "3599"),
        ("scope", #""scim2 user:master""#), ("api_url", #""https://api.zoom.us""#),
    ]
    for (name, value) in replaced {
        if let index = members.firstIndex(where: { $0.0 == name }) {
            members[index].1 = value
        } else {
            members.append((name, value))
        }
    }
    return "{" + members.compactMap { name, value in value.map { #""\#(name)":\#($0)"# } }.joined(separator: ",") + "}"
}

extension Result {
    var isSuccess: Bool { (try? get()) != nil }
}
