import Domain
import Foundation
import SecretMemory
import TestSupport
import Vault
import VaultSQLite

/// Runs a program to its end.
/// - Returns: its exit status, and all that it printed.
@discardableResult func run(_ program: String, _ arguments: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

/// Runs statements in SQLite's own shell: the independent witness.
@discardableResult func sqlite(_ path: String, _ sql: String) throws -> (status: Int32, output: String) {
    try run("/usr/bin/sqlite3", "-batch", "-bail", path, sql)
}

func contents(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

/// The permission bits, such as 0600.
func mode(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
}

/// A vault in a file of a directory of its own.
struct FileVault {
    let directory: TemporaryDirectory
    let time = ManualTime()

    var path: String { directory.file("vault.db") }

    /// Makes an empty one.
    init() async throws {
        directory = try TemporaryDirectory(untilExit: true)
        try await SQLiteStore.create(at: path) { store in try await Vault.create(in: store, unlockKeys: [.keyFile()]) }
    }

    /// Puts files of another vault into a directory of their own, as after a power cut or a copy.
    init(files: [String: [UInt8]]) throws {
        directory = try TemporaryDirectory()
        for (name, bytes) in files { try write(bytes, to: directory.file(name)) }
    }

    /// - Parameter log: what the vault is to tell of its changes.
    func open(beside log: HalfWrittenLog? = nil) async throws -> (store: SQLiteStore, vault: Vault) {
        let store = try SQLiteStore.open(at: path)
        let directory = log.map { _ in HalfWrittenLog.directory }
        let vault = try await Vault.open(store, with: .keyFile(), log: directory, time: time)
        if let log { vault.attach(log) }
        return (store, vault)
    }

    /// Does something with the open vault, closes it, and says what it served last.
    @discardableResult func use(
        beside log: HalfWrittenLog? = nil, _ body: (Vault) async throws -> Void = { _ in }
    ) async throws -> VaultPicture {
        let (store, vault) = try await open(beside: log)
        try await body(vault)
        let picture = VaultPicture(vault)
        try await store.close()
        return picture
    }
}

extension Vault {
    /// An app with a token, and a client.
    func add(number: Int, at now: Moment) async throws {
        let app = App.sample("app-\(number)")
        try await add(app, clientSecret: SecretBox("secret-of-\(number)"))
        let token = Token.sample("token-of-\(number)", issuedAt: now.wall)
        try await save(SeenToken(token: token, seen: now, minted: true), for: app)
        try await save(.sample([now.wall]), for: app)
        try await add(.sample("client-\(number)"))
    }
}

extension VaultPicture {
    /// Whether this says what `original` says, no less and no more, but for tokens and refusals that may be missing.
    func isHonest(about original: VaultPicture) -> Bool {
        withoutTokens == original.withoutTokens
            && zip(apps, original.apps).allSatisfy { app, original in
                (app.token == nil || app.token == original.token)
                    && (app.refusals == nil || app.refusals == original.refusals)
            }
    }
}
