package import SocketAPI

/// Who may see the live report: the browser that first opened the link which the command printed, and nobody else.
///
/// The link is used up by the first request, which is sent on to another path that only that browser knows. It is in no
/// cookie, since a cookie for this host would be sent to every other port of it.
package struct LiveAccess: Sendable {
    package enum Answer: Equatable, Sendable {
        case page
        /// To the path of the page.
        case moved(RequestPath)
        case refused(Problem)
    }

    /// What a browser says of a request.
    package struct Asked: Sendable {
        let method: Method
        let path: String
        let hasQuery: Bool
        let host: String
        let origin: String?

        package init(method: Method, path: String, hasQuery: Bool, host: String, origin: String?) {
            (self.method, self.path, self.hasQuery) = (method, path, hasQuery)
            (self.host, self.origin) = (host, origin)
        }
    }

    package static let methods = [Method.get, .head]

    /// `127.0.0.1:PORT`
    private let address: String
    private let link: String
    private let page: String
    private var isUsed = false

    /// - Parameter random: makes a secret, in characters of paths.
    package init(address: String, random: () -> String) {
        self.address = address
        (link, page) = ("/\(random())", "/\(random())")
    }

    /// What the command prints.
    package var url: String { "http://\(address)\(link)" }

    package mutating func answer(_ asked: Asked) -> Answer {
        // A page elsewhere may have its name resolve to this host: a browser then sends that name.
        guard asked.host == address else {
            return .refused(Problem(.badRequest, "the Host field is not this address"))
        }
        guard asked.origin == nil || asked.origin == "http://\(address)" else {
            return .refused(Problem(.notPermitted, "the request comes from another page"))
        }
        guard Self.methods.contains(asked.method) else {
            return .refused(Problem(.methodNotAllowed, "the report is only read"))
        }
        guard !asked.hasQuery else { return .refused(Self.unknown) }
        if Self.isSame(asked.path, page) { return isUsed ? .page : .refused(Self.unknown) }
        guard Self.isSame(asked.path, link) else { return .refused(Self.unknown) }
        guard !isUsed else {
            return .refused(
                Problem(.notPermitted, "this link was used already", try: "keyturn report --serve, for another one"))
        }
        // A program that only looks whether a link works must not use it up.
        guard asked.method == .get else { return .refused(Self.unknown) }
        isUsed = true
        return .moved(RequestPath(stringLiteral: page))
    }

    private static let unknown = Problem(.notFound, "there is nothing here", try: "the link that the command printed")

    /// Takes the same time whatever differs.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
