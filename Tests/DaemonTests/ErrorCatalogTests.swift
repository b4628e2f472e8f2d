import Domain
import Foundation
import PingFederate
import Rotation
import SocketAPI
import Testing

@testable import ErrorCatalog

/// The table of codes, held against the places that make codes and the pages that speak of them.
@Suite struct ErrorCatalogTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// All Swift sources below a folder, by their path.
    private static func sources(_ folder: String) throws -> [String: String] {
        let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.allObjects ?? []
        var found: [String: String] = [:]
        for case let name as String in names where name.hasSuffix(".swift") {
            found[name] = try text(folder + "/" + name)
        }
        return found
    }

    /// The sources of what the daemon alone is made of.
    private static func daemon() throws -> [String: String] {
        let folders = try ["PushTargets", "Maintenance", "Health", "Daemon"].map { try sources("Sources/\($0)") }
        #expect(folders.allSatisfy { !$0.isEmpty })
        return folders.reduce(into: [:]) { all, folder in all.merge(folder) { "\($0)\n\($1)" } }
    }

    private static func codes(_ origin: ErrorEntry.Origin) -> Set<String> {
        Set(ErrorCatalog.all.filter { $0.origin == origin }.map(\.code))
    }

    @Test func `each cause of a failure at Zoom has an entry, and a meaning of its own`() {
        #expect(Self.codes(.zoom) == Set(ZoomCause.allCases.map(\.rawValue)))
        #expect(Set(ZoomCause.allCases.map(\.meaning)).count == ZoomCause.allCases.count)
    }

    @Test func `each of Zoom's own codes that is told apart has an entry, and no entry is left over`() throws {
        let text = try Self.text("Sources/Zoom/Classification.swift")
        var codes: Set<String> = []
        for match in text.matches(of: #/case ([\d, ]+):|error\.code == (\d+)/#) {
            for code in (match.1 ?? match.2 ?? "").split(separator: ",") {
                codes.insert(code.trimmingCharacters(in: .whitespaces))
            }
        }
        // Statuses of HTTP are no codes of Zoom's.
        codes.subtract(["429"])
        for match in text.matches(of: #/case ("[a-z_", ]+")/#) {
            for code in match.1.split(separator: ",") { codes.insert(code.filter { $0.isLetter || $0 == "_" }) }
        }
        // Zoom's word for it is Keyturn's own.
        codes.subtract(["invalid_client"])
        #expect(codes.isSuperset(of: ["2000", "1401", "unauthorized_client"]))
        #expect(Self.codes(.zoomAnswer) == codes)
    }

    @Test func `each code of the status and of the sockets is made somewhere`() throws {
        // How soon each is told lists all of them, and makes none.
        let daemon = try Self.daemon().filter { $0.key != "Alerts/Alert.swift" }.values.joined()
        for code in AttentionCode.allCases {
            #expect(daemon.contains(".\(code)"), "\(code) is never shown")
        }
        let sockets = try Self.sources("Sources/SocketAPI").filter {
            !$0.key.hasSuffix("ProblemCode.swift") && !$0.key.hasSuffix("+Advice.swift")
                && !$0.key.hasSuffix("ExitStatus.swift")
        }.values.joined()
        for code in ProblemCode.allCases {
            #expect((daemon + sockets).contains(".\(code)"), "\(code) is never answered")
        }
    }

    @Test func `every explanation is complete`() {
        #expect(ErrorCatalog.all.count > 90)
        for entry in ErrorCatalog.all {
            for text in [entry.detail, entry.hint ?? ""] {
                #expect(!text.isEmpty && !text.contains("\n") && !text.hasSuffix("."), "\(entry)")
                let first = text.prefix { $0 != " " && $0 != "'" }
                #expect(
                    first == first.lowercased()
                        || ["Zoom", "Zoom's", "PingFederate", "HTTP"].contains(first.description),
                    "\(entry)")
            }
        }
        let keys = ErrorCatalog.all.map { "\($0.origin) \($0.code)" }
        #expect(Set(keys).count == keys.count)
    }

    @Test func `the pages and the table know the same codes`() throws {
        let status = try Self.text("docs/rotation.md")
        let section = try #require(status.range(of: "## For the operator"))
        let table = status[section.upperBound...].components(separatedBy: "\n## ")[0]
        #expect(table.matches(of: #/\n\| `[a-z_]+` \| /#).count == AttentionCode.allCases.count)
        for code in AttentionCode.allCases {
            #expect(table.contains("\n| `\(code.rawValue)` | \(code.meaning) |\n"), "\(code) of docs/rotation.md")
        }

        let description = try Self.text("schema/openapi.yaml")
        for code in AttentionCode.allCases {
            #expect(description.contains("            - \(code.rawValue)\n"), "\(code) is not in openapi.yaml")
        }
        let problem = try #require(description.range(of: "    Problem:\n      description: A refusal"))
        let list = description[problem.upperBound...].prefix { $0 != "#" }
        for code in ProblemCode.allCases { #expect(list.contains("            - \(code.rawValue)\n"), "\(code)") }

        let commands = try Self.text("docs/commands.md")
        let exits = commands.matches(of: #/\n\| (\d|\d\d) \| /#).compactMap { Int32($0.1) }
        #expect(Set(exits) == Set(ExitStatus.allCases.map(\.rawValue)))
        let agent = try Self.text("docs/agent-socket.md")
        for match in agent.matches(of: #/\n\| \d{3}(?:, \d{3})* \| ((?:`[a-z_]+`(?:, )?)+) \|/#) {
            for code in match.1.matches(of: #/`([a-z_]+)`/#) {
                #expect(Self.codes(.socket).contains(String(code.1)), "\(code.1) of docs/agent-socket.md")
            }
        }
    }

    @Test(arguments: [
        ("rotation_block", "rotation_blocked"), ("not-grantd", "not_granted"), ("751", "75"),
        ("quite_another_thing", nil),
    ]) func `the nearest code is found`(code: String, nearest: String?) {
        #expect(ErrorCatalog.nearest(to: code) == nearest)
    }

    @Test func `a code that comes from several places is explained for each`() {
        #expect(ErrorCatalog.entries(for: "unreachable").map(\.origin) == [.zoom, .pingfederate])
        #expect(ErrorCatalog.entries(for: "Not-Granted").map(\.code) == ["not_granted"])
        #expect(ErrorCatalog.entries(for: "nothing").isEmpty)
    }
}
