import ArgumentParser
import SecretMemory
import SocketAPI

struct AdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Make this host the owner of the vault, so that it rotates here.",
        discussion: """
            A vault whose state directory was copied, or that was restored on another machine, is served there and rotates
            nothing: two machines that rotate the same secrets would lose each other's. Stop the other daemon first.

            Example: keyturn adopt
            """)

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.confirm("is it certain that no other host serves a copy of this vault?", yes: yes)
        try common.show(try common.admin.send(.post, "/v1/adopt"), done: "adopted")
    }
}
