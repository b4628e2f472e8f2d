import Foundation
import Testing

/// The program itself, as a child process.
@Suite struct ProgramTests {
    private static var program: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "zoom-sandbox")
    }

    private struct Run {
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        let errors = Pipe()

        init(_ arguments: [String]) throws {
            process.executableURL = ProgramTests.program
            process.arguments = arguments
            process.standardInput = input
            process.standardOutput = output
            process.standardError = errors
            try process.run()
        }

        /// The document that it prints when it listens.
        func announcement() throws -> [String: Any] {
            let line = output.fileHandleForReading.availableData
            #expect(line.last == UInt8(ascii: "\n") && line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
            return try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
        }

        func exitCode() -> Int32 {
            process.waitUntilExit()
            return process.terminationReason == .exit ? process.terminationStatus : -1
        }

        func errorText() -> String {
            String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `the program prints one line and ends with zero`(on signal: Int32) throws {
        let run = try Run(["--port", "0", "--quiet", "--exit-with-stdin"])
        let announcement = try run.announcement()
        let address = try #require(announcement["address"] as? String)
        #expect(address.hasPrefix("http://127.0.0.1:"))
        #expect(announcement["token_url"] as? String == address + "/oauth/token")
        let app = try #require(announcement["app"] as? [String: String])
        #expect(Set(app.keys) == ["account_id", "client_id", "client_secret", "marketplace_app_id"])
        kill(run.process.processIdentifier, signal)
        #expect(run.exitCode() == 0)
    }

    @Test func `the program ends when its parent closes standard input`() throws {
        let run = try Run(["--port", "0", "--quiet", "--exit-with-stdin"])
        _ = try run.announcement()
        try run.input.fileHandleForWriting.close()
        #expect(run.exitCode() == 0)
    }

    @Test func `an app file is used, and its secret is not repeated`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(#"{"client_id":"mine","client_secret":"s3cret"}"#.utf8).write(to: file)
        let run = try Run(["--port", "0", "--quiet", "--exit-with-stdin", "--app-json", file.path])
        let app = try #require(try run.announcement()["app"] as? [String: String])
        #expect(app["client_id"] == "mine" && app["client_secret"] == nil)
        run.process.terminate()
        #expect(run.exitCode() == 0)
    }

    @Test(
        arguments: [
            ([], 64), (["--port", "70000"], 64), (["--port", "0", "--wrong"], 64),
            (["--port", "0", "--app-json", "/nowhere/at/all"], 66), (["--port", "0", "--app-json", "/etc/passwd"], 65),
        ] as [([String], Int32)]) func `the program refuses with a code and a hint`(
            _ arguments: [String], _ code: Int32
        ) throws
    {
        let run = try Run(arguments)
        #expect(run.errorText().isEmpty == false)
        #expect(run.exitCode() == code)
    }
}
