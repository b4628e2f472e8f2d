import Domain
import SocketAPI
import Terminal
import Testing

struct HolderListTests {
    private func row(_ node: String, _ client: String, _ generation: Int, isCurrent: Bool) throws -> HolderList.Holder {
        try .init(
            node: NodeID(rawValue: node) ?? .first, client: #require(Name(client)), generation: generation,
            isCurrent: isCurrent, at: Timestamp(unixSeconds: 1_800_000_000), isAcknowledged: isCurrent)
    }

    @Test func `nodes are shown where there is more than one`() throws {
        let app = try #require(Name("zoom"))
        let one = try HolderList(app: app, generation: 2, holders: [row("first", "ping", 1, isCurrent: false)])
        #expect(!one.text.contains("NODE") && !one.text.contains("first"))
        let two = try HolderList(
            app: app, generation: 2,
            holders: [row("first", "ping", 2, isCurrent: true), row("second", "ping", 2, isCurrent: false)])
        let lines = two.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[0] == ["NODE", "CLIENT", "GENERATION", "SINCE"])
        #expect(lines[1].first == "first" && lines[1].last == "acknowledged")
        #expect(lines[2].first == "second" && two.text.contains("holds an old one"), "the number alone does not tell")
    }
}
