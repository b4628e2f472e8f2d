import HTTPTransport
import PingFederate
import SecretMemory
import Synchronization
import TestSupport

/// Answers from a script, by method and path, and remembers what it was asked.
final class ScriptedConsole: HTTPTransport {
    typealias Script = @Sendable (_ call: String, _ count: Int) -> Result<HTTPResponse, TransportFailure>

    private let script: Script
    private let log = Mutex<[HTTPRequest]>([])

    /// - Parameter script: is told `GET /version` and how often this was called before.
    init(_ script: @escaping Script) { self.script = script }

    var requests: [HTTPRequest] { log.withLock { $0 } }
    var calls: [String] { requests.map(Self.call) }

    static func call(_ request: HTTPRequest) -> String {
        let path = request.url.target
        return request.method.rawValue + " "
            + (path.hasPrefix("/pf-admin-api/v1") ? String(path.dropFirst("/pf-admin-api/v1".count)) : path)
    }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let call = Self.call(request)
        let count = log.withLock { log in
            defer { log.append(request) }
            return log.count { Self.call($0) == call }
        }
        return try script(call, count).get()
    }
}

extension Result<HTTPResponse, TransportFailure> {
    static func json(_ body: String, _ status: Int = 200) -> Self {
        .success(
            HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: SecretBox(body)))
    }
}

extension ConsoleAccess {
    static func planted(_ login: Login = .basic(user: "keyturn", password: SecretBox("PlantedPassword"))) throws -> Self
    {
        ConsoleAccess(
            api: try ConsoleAccess.api(of: EndpointURL("https://console.example.com:9999")), login: login,
            trust: .standard)
    }
}

/// A connection like the console's, saved at a time.
func connection(_ saved: String = "1", secret: String = "enc:old", provisioning: Bool = true) -> String {
    let settings = """
        [{"name":"Heading"},{"name":"Account","value":"a"},{"name":"Client","value":"c"},
        {"name":"Secret","encryptedValue":"\(secret)"},{"name":"Other","encryptedValue":"enc:other"}]
        """
    let outbound = provisioning ? #","outboundProvision":{"type":"Zoom/1","targetSettings":\#(settings)}"# : ""
    return #"{"id":"c 1","n":1.50,"modificationDate":"\#(saved)"\#(outbound)}"#
}

func failure<Value>(_ body: () async throws(ConsoleFailure) -> Value) async -> ConsoleFailure? {
    do throws(ConsoleFailure) { _ = try await body() } catch { return error }
    return nil
}
