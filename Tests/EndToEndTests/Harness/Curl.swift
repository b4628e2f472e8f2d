import Foundation
import Testing

extension World {
    /// Asks the agent socket with curl, as this user or as another one.
    func curl(_ target: String, _ headers: [String] = [], as other: OtherUser? = nil) throws -> Answer {
        let arguments =
            ["-si", "--max-time", "120", "--unix-socket", agent]
            + (["Keyturn-Request: 1"] + headers).flatMap { ["-H", $0] } + ["http://keyturn" + target]
        let outcome = try run("curl", arguments, as: other)
        guard let (answer, _) = try Answer.first(in: Array(outcome.output.utf8), isAll: true) else {
            throw HarnessError("curl \(target) ended with \(outcome.exit): \(outcome.output)")
        }
        return answer
    }

    func run(
        _ program: String, _ arguments: [String], as other: OtherUser?, input: String? = nil
    ) throws -> Outcome {
        guard let other else { return try runner.run(program, arguments, input: input) }
        return try runner.run("setpriv", other.privileges + [program] + arguments, input: input)
    }
}

/// Somebody who is neither root nor the daemon's user.
struct OtherUser {
    var uid = 65_534
    var gid = 65_534

    var privileges: [String] { ["--reuid", "\(uid)", "--regid", "\(gid)", "--clear-groups"] }

    static let mayBe: Bool = geteuid() == 0
    static let why: Comment = "only root can act as another user"

    /// Whether the programs, and the libraries that they need, can be read by others.
    static let mayRunPrograms: Bool = {
        guard mayBe, let world = try? World() else { return false }
        defer { world.close() }
        return (try? world.run(Programs.keyturn, ["--version"], as: OtherUser()))?.exit == 0
    }()
    static let whyNoPrograms: Comment = "other users cannot run the programs from where they were built"
}
