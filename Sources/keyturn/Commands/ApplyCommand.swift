import ArgumentParser
import Domain
import Glibc
import Objects
import SecretMemory
import SocketAPI
import System
import Terminal

struct ApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Make the vault match a file of apps, clients and push targets.",
        discussion: """
            The file has the form that keyturn export writes. The command first shows what will change. All changes of apps
            and clients are one commit: all are made, or none. Then each target is tried at its console, and saved if the
            console accepts it. Objects that the file lacks stay, unless --prune is given.

            Properties that an entry lacks get their defaults. A new app needs its client secret. A new target, or one with
            another login, needs a password or client secret. The command asks for them on the terminal; --secret-stdin
            reads one, if only one is needed.

            Example: keyturn apply -f objects.yaml --dry-run
            Example: keyturn apply -f objects.yaml
            """)

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("The file; -: standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String
    @Flag(help: "Show what would change; change nothing.") var dryRun = false
    @Flag(help: "Remove the objects that the file lacks.") var prune = false
    @Flag(help: "With --prune: do not ask.") var yes = false
    @Flag(help: "Read the one secret that is needed from standard input.") var secretStdin = false
    @Flag(help: "Verify nothing with Zoom, and contact no console.") var noVerify = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !secretStdin || file != "-" else {
            throw ValidationError("standard input cannot be both the file and the secret")
        }
    }

    func run() throws {
        let objects = try read()
        let request = ObjectsRequest(objects, prune: prune, verify: !noVerify)
        let plan: ObjectsPlan = try send("/v1/objects/plan", request).document()
        if !common.json { for change in plan.changes { StandardOutput.write(change.line + "\n") } }
        guard !plan.changes.isEmpty, !dryRun else { return show(plan) }
        let secrets = try secrets(for: plan)
        let removed = plan.changes.filter { $0.action == .remove }
        if !removed.isEmpty {
            let names = removed.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: ", ")
            let loss = removed.contains { $0.kind == .app } ? ", and the only copies of the apps' secrets" : ""
            try common.confirm("remove \(names)\(loss)?", yes: yes)
        }
        if plan.changes.contains(where: { $0.kind != .target }) {
            let given = secrets.compactMap { key, secret in
                key.kind == .app ? ObjectsRequest.Secret(app: key.name, clientSecret: secret) : nil
            }
            let wanted = ObjectsRequest(
                objects, prune: prune, verify: !noVerify, secrets: given,
                removing: removed.map(ObjectsRequest.Removal.init))
            _ = try send("/v1/objects", wanted).document(ObjectsPlan.self)
        }
        let (changes, failure) = try TargetsApplication(objects: objects, verify: !noVerify, common: common)
            .run(plan, secrets)
        show(ObjectsPlan(done: failure == nil, changes: changes))
        if let failure { throw failure }
    }

    private func send(_ path: RequestPath, _ request: ObjectsRequest) throws -> Answer {
        // New apps are verified with Zoom, a few at once.
        let answer = try common.admin.send(.post, path, body: request.render(), within: .seconds(3600))
        if answer.problem?.code == .payloadTooLarge {
            throw CommandFailure(
                .badData, "the file is too large for one commit",
                try: "divide it into several files, and apply each without --prune")
        }
        return answer
    }

    private func show(_ plan: ObjectsPlan) {
        if common.json {
            StandardOutput.write(document: plan)
        } else if plan.changes.isEmpty {
            StandardOutput.write("nothing to change\n")
        } else {
            let count = counted(plan.changes.count, "change")
            let failed = plan.changes.count { $0.failure != nil }
            StandardOutput.write(
                dryRun
                    ? "\(count) would be made; nothing was done\n"
                    : failed == 0 ? "\(count) made\n" : "\(plan.changes.count - failed) of \(count) made\n")
        }
    }

    // MARK: Secrets

    private func secrets(for plan: ObjectsPlan) throws -> [SecretKey: SecretBox] {
        let needed = plan.changes.filter(\.needsSecret).map { SecretKey(kind: $0.kind, name: $0.name) }
        if secretStdin {
            guard needed.count == 1, let only = needed.first else {
                throw CommandFailure(
                    .usage,
                    needed.isEmpty
                        ? "no secret is needed"
                        : "--secret-stdin is one secret, and these need one each: \(Self.list(needed))",
                    try: needed.isEmpty
                        ? "leave out --secret-stdin"
                        : "run it on a terminal, which asks for each; or add all but one of them first")
            }
            return [only: try entered(try SecretInput.fromStandardInput(what: only.words))]
        }
        var secrets: [SecretKey: SecretBox] = [:]
        guard needed.isEmpty || Self.hasTerminal else {
            throw CommandFailure(
                .usage,
                "a secret is needed for \(Self.list(needed)), and there is no terminal to ask; nothing was changed",
                try: needed.count == 1 ? "--secret-stdin" : "run it on a terminal")
        }
        for key in needed {
            secrets[key] = try entered(
                try SecretInput.fromTerminal(prompt: "\(key.words): ", what: key.words, insteadOf: "--secret-stdin"))
        }
        return secrets
    }

    private static func list(_ keys: [SecretKey]) -> String {
        keys.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: ", ")
    }

    private static var hasTerminal: Bool {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        if terminal >= 0 { close(terminal) }
        return terminal >= 0
    }

    private func entered(_ secret: consuming EnteredSecret) throws -> SecretBox {
        if secret.wasTrimmed { complainOfWhiteSpace(around: "secret") }
        return SecretBox(secret.bytes.copy())
    }

    // MARK: The file

    private static let largest = 4 << 20

    private func read() throws -> ObjectsDocument {
        let name = file == "-" ? "standard input" : file
        let bytes = file == "-" ? try Self.standardInput() : try Self.bytes(of: file)
        guard bytes.count <= Self.largest, let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.badData, "\(name) is not a text of at most \(Self.largest >> 20) MiB")
        }
        do throws(ObjectsError) { return try ObjectsFile.objects(in: text) } catch {
            let line = error.line.map { " line \($0):" } ?? ":"
            throw CommandFailure(.badData, "\(name)\(line) \(error.advice.detail)", try: error.advice.hint)
        }
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        do throws(SystemError) {
            return try File(reading: path, followsLinks: true).read(most: largest + 1)
        } catch {
            throw CommandFailure(error.code == ENOENT ? .notFound : .inputOutput, error.description)
        }
    }

    private static func standardInput() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= largest {
            let count = unsafe Glibc.read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFailure(.inputOutput, "standard input cannot be read: \(SystemError.words(for: errno))")
            }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }
}

/// What a secret is for.
struct SecretKey: Hashable {
    let kind: ObjectsPlan.Change.Kind
    let name: Name

    var words: String { kind == .app ? "client secret of app \(name)" : "password or client secret for target \(name)" }
}
