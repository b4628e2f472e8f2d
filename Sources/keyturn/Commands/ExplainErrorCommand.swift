import ArgumentParser
import Domain
import ErrorCatalog
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct ExplainErrorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain-error", abstract: "Explain a code and what to do about it.",
        discussion: """
            Knows the codes of refusals, of problems in the status and of failures at Zoom and PingFederate, Zoom's own error
            codes, and exit codes. Without a code it lists them all. Needs no daemon.

            Example: keyturn explain-error rotation_blocked
            Example: keyturn explain-error 75
            """)

    @Argument(help: "Such as not_granted, secret_expires, invalid_client, 2000, 75.", completion: .codes)
    var code: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        let entries = code.map(ErrorCatalog.entries) ?? ErrorCatalog.all
        guard !entries.isEmpty else {
            let nearest = ErrorCatalog.nearest(to: code ?? "").map { "keyturn explain-error \($0)" }
            throw CommandFailure(
                .notFound, "no code '\(cut(code ?? "", to: 60))' is known", try: nearest ?? "keyturn explain-error")
        }
        if common.json {
            StandardOutput.write(document: ErrorList(entries))
        } else {
            StandardOutput.write(code == nil ? list(entries) : details(entries))
        }
    }

    private func details(_ entries: [ErrorEntry]) -> String {
        let width = Screen.width(of: STDOUT_FILENO).map { min($0, 100) }
        return entries.map { entry in
            common.paint.text(entry.code, .heading) + ", \(entry.origin.words)\n"
                + wrapped(entry.detail, behind: "  ", width: width)
                + wrapped(entry.hint ?? "", behind: "  try: ", width: width)
        }.joined(separator: "\n")
    }

    private func list(_ entries: [ErrorEntry]) -> String {
        ErrorEntry.Origin.allCases.map { origin in
            var table = TextTable()
            for entry in entries where entry.origin == origin { table.add(entry.code, entry.detail) }
            return common.paint.text(origin.words, .heading) + "\n"
                + table.folded(common.paint, width: Screen.width(of: STDOUT_FILENO), indent: 2)
        }.joined(separator: "\n")
    }
}
