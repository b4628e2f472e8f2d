import Foundation
import Testing

extension World {
    /// Fills a vault with two apps, their tokens and two clients, and ends the daemon.
    func fillAndStop() throws -> [ZoomApp] {
        let apps = [try addApp("zoom-one"), try addApp("zoom-two")]
        try must("client", "add", "ping", "--uid", "65534", "--allow", "*:credentials")
        try stop()
        return apps
    }

    /// Does something to the vault's file behind the daemon's back, and returns what sqlite3 prints.
    @discardableResult
    func sqlite(_ statements: String) throws -> [String] {
        let outcome = try runner.run("sqlite3", ["-bail", vault], input: statements)
        guard outcome.exit == 0 else { throw HarnessError("sqlite3: \(outcome.errors)") }
        return outcome.output.split(separator: "\n").map(String.init)
    }

    /// What the daemon says to a vault that it must not serve.
    func refusal(_ arguments: String...) throws -> Outcome {
        let before = try Files.bytes(vault)
        let arguments = arguments.isEmpty ? ["serve", "--key-file", keyFile] : arguments
        let run = try runner.start(Programs.keyturnd, arguments)
        let outcome: Outcome
        do { outcome = try run.outcome() } catch {
            run.child.end()
            throw error
        }
        #expect(try Files.bytes(vault) == before, "a vault that is refused is not touched")
        #expect(outcome.output.isEmpty && !Files.exists(agent))
        return outcome
    }
}
