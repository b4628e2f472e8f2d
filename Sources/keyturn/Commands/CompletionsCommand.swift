import ArgumentParser
import Terminal

struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print a completion script for a shell.",
        discussion: """
            Needs no daemon.

            Example: keyturn completions bash > /usr/share/bash-completion/completions/keyturn
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var known: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.") var shell: Shell

    func run() throws { StandardOutput.draw(Keyturn.completionScript(for: shell.known) + "\n") }
}
