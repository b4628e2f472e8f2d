import Domain
import Glibc
import Report
import SecretMemory
import SocketAPI
import SocketServer
import Synchronization
import System
import Terminal

/// Shows the report live on loopback, to the browser that opens the link first, until the command ends. What it shows, the
/// daemon answers to the user who runs the command.
struct ReportServer {
    let source: ReportSource

    /// Few browsers have one user.
    private static let connections = 16

    /// - Parameter port: 0 for any free one.
    func run(port: UInt16) throws -> Never {
        // Fails here if the caller lacks the role.
        let desk = try ReportDesk(source)
        let (server, url): (Server, String)
        do throws(SystemError) {
            let descriptor = try LoopbackAddress(.ipv4, port: port).listen(backlog: 16)
            let access = LiveAccess(address: "127.0.0.1:\(LoopbackAddress.port(of: descriptor))", random: Self.secret)
            url = access.url
            var limits = ConnectionLimits()
            (limits.connections, limits.requests.keepsOrigin) = (Self.connections, true)
            server = try Server(
                ReportResponder(access: Mutex(access), desk: desk), limits: limits, loops: 1
            ) { _ in }
            server.listen(at: Server.Entrance(descriptor, knowsCallers: false))
        } catch {
            throw CommandFailure(
                .inputOutput, error.description, try: error.code == EADDRINUSE ? "leave out --port" : nil)
        }
        StandardOutput.write("\(url)\n")
        complain("keyturn: the link works once; Ctrl-C ends the report")
        return withExtendedLifetime(server) { while true { pause() } }
    }

    /// 256 random bits in characters that a path may have.
    private static func secret() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<64).map { _ in String(Int.random(in: 0..<16, using: &random), radix: 16) }.joined()
    }
}

/// Makes the report again for each request, one at a time, and not within a few seconds.
private actor ReportDesk {
    private static let freshness = Duration.seconds(5)
    /// A verification reads the whole audit log.
    private static let verifyEvery = Duration.seconds(600)

    private let source: ReportSource
    private var log: (verified: ReportSource.Verification, at: ContinuousClock.Instant)
    private var last: (page: String, at: ContinuousClock.Instant)

    init(_ source: ReportSource) throws {
        self.source = source
        log = (try source.verification(), .now)
        last = (try Self.page(source, log.verified), .now)
    }

    private static func page(_ source: ReportSource, _ log: ReportSource.Verification) throws -> String {
        ReportPage(try source.report(log) { _ in }, refresh: ReportResponder.refresh).text
    }

    /// Actors run one request at a time, and the calls of the source block.
    func page() -> Result<String, Problem> {
        if ContinuousClock.now - last.at < Self.freshness { return .success(last.page) }
        do {
            if ContinuousClock.now - log.at >= Self.verifyEvery { log = (try source.verification(), .now) }
            last = (try Self.page(source, log.verified), .now)
            return .success(last.page)
        } catch {
            let failure = (error as? ClientError).map { CommandFailure($0) } ?? error as? CommandFailure
            return .failure(
                Problem(
                    .upstreamUnavailable, failure?.advice?.detail ?? "the report cannot be made",
                    try: failure?.advice?.hint))
        }
    }
}

private final class ReportResponder: Responder {
    /// Seconds after which a browser asks again.
    static let refresh = 60

    private let access: Mutex<LiveAccess>
    private let desk: ReportDesk
    let methods = LiveAccess.methods

    init(access: consuming Mutex<LiveAccess>, desk: ReportDesk) {
        self.access = access
        self.desk = desk
    }

    func needs(of _: Identity) -> IdentityNeeds { [] }
    func standing(of _: Identity) -> Standing { .known }

    func respond(to request: Request, from _: Identity, _: inout AnyObject?) -> Reply {
        let asked = LiveAccess.Asked(
            method: request.method, path: request.target.path, hasQuery: request.target.hasQuery, host: request.host,
            origin: request.origin)
        switch access.withLock({ $0.answer(asked) }) {
        case .refused(let problem): return .now(Response.rendering(problem, allow: methods))
        case .moved(let path):
            var response = Response(.seeOther)
            response.location = path
            return .now(response.render())
        case .page:
            return .later { [desk] in
                switch await desk.page() {
                case .success(let page):
                    RecordedResponse(Response(.ok).render(.html, body: SecretBytes(copying: page)))
                case .failure(let problem): RecordedResponse(Response.rendering(problem))
                }
            }
        }
    }
}
