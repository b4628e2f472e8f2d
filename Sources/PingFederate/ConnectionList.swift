import Domain
import HTTPTransport
import SecretJSON

extension SPConnection {
    /// A connection with outbound provisioning, as a list shows it.
    package struct Summary: Equatable, Sendable {
        package let id: String
        package let name: String
        /// The connector's ID.
        package let connector: String
        package let isActive: Bool

        /// `nil` when the connection has no outbound provisioning.
        init?(_ node: JSONNode, in json: borrowing JSONDocument) {
            guard let id = json.words("id", of: node), let provisioning = json.member("outboundProvision", of: node),
                let connector = json.words("type", of: provisioning)
            else { return nil }
            self.id = id.readable(limit: 200)
            self.name = (json.words("name", of: node) ?? id).readable(limit: 200)
            self.connector = connector.readable(limit: 200)
            isActive = json.member("active", of: node).flatMap { try? json.bool($0) } ?? false
        }
    }
}

/// What is needed of a page of connections.
struct ConnectionPage: Equatable, Sendable {
    /// The IDs of all connections on the page.
    let ids: [String]
    let provisioning: [SPConnection.Summary]

    init(_ json: borrowing JSONDocument) throws(UnusableAnswer) {
        var (ids, provisioning): ([String], [SPConnection.Summary]) = ([], [])
        for node in json.elements(of: try json.items()) {
            ids.append(json.words("id", of: node) ?? "")
            if let summary = SPConnection.Summary(node, in: json) { provisioning.append(summary) }
        }
        (self.ids, self.provisioning) = (ids, provisioning)
    }
}

extension ConsoleSession {
    /// Large enough that a console with slow lists gets few requests.
    static let pageSize = 250
    private static let mostPages = 200
    /// After this time no further page is requested: no caller waits longer for the answer.
    package static let listPatience = Duration.seconds(170)

    /// All SP connections with outbound provisioning. Reads page after page and holds only the summaries.
    /// - Parameters:
    ///   - filter: a part of a connection's name or entity ID; case does not matter. [doc]
    ///   - patience: how long further pages are requested.
    package func connections(
        matching filter: String? = nil, within patience: Duration = listPatience
    ) async throws(ConsoleFailure) -> [SPConnection.Summary] {
        let begin = ContinuousClock.now
        let query = filter.map { "&filter=" + $0.percentEncoded } ?? ""
        var (seen, found): (Set<String>, [SPConnection.Summary]) = ([], [])
        var full: Int?
        for number in 1...Self.mostPages {
            let path = "/idp/spConnections?page=\(number)&numberPerPage=\(Self.pageSize)\(query)"
            guard ContinuousClock.now - begin < patience else {
                throw ConsoleFailure(
                    .needsFix, .mismatch,
                    detail:
                        "the console's list of connections was not complete after \(patience.components.seconds) s",
                    advice: "name the connection: --connection ID")
            }
            let page = try await get(path, .list) { json throws(UnusableAnswer) in try ConnectionPage(json) }
            found += page.provisioning.filter { !seen.contains($0.id) }
            let isNew = page.ids.contains { seen.insert($0).inserted }
            seen.formUnion(page.ids)
            // A console may return fewer connections than requested. One without paging returns all of them each time.
            let size = full ?? page.ids.count
            if !isNew || page.ids.count > Self.pageSize || page.ids.count < size { return found }
            full = size
        }
        throw ConsoleFailure(
            .needsFix, .mismatch, detail: "the console's list of connections has more than \(Self.mostPages) pages",
            advice: "name the connection: --connection ID")
    }
}

extension JSONDocument {
    func items() throws(UnusableAnswer) -> JSONNode {
        guard let items = member("items", of: root), kind(items) == .array else {
            throw UnusableAnswer("it has no items")
        }
        return items
    }
}
