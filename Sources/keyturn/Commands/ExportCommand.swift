import ArgumentParser
import Objects
import SocketAPI
import Terminal

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all apps, clients and push targets as YAML, without secrets.",
        discussion: """
            keyturn apply reads the same form, and makes the vault match it. The order is stable, so that two exports can be
            compared. With --json it is one JSON document instead.

            Example: keyturn export > objects.yaml
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/objects"), as: ObjectsDocument.self) {
            StandardOutput.write(ObjectsFile.text(of: $0))
        }
    }
}
