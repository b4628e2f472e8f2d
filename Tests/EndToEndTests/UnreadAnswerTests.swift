import Foundation
import TestSupport
import Testing

/// Answers that a client does not take in, and the lock.
@Suite(.realProcesses, .enabled(if: OtherUser.mayBe, OtherUser.why)) struct UnreadAnswerTests {
    private static let secret = "plAntedSecretOfAnUnreadAnswer0123456789"

    /// Many connections, each with more asked for than the kernel takes of the answers.
    @Test func `no secret is left after the lock, whatever clients do`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", secret: Self.secret, verify: false)
            let memory = try ProcessMemory(world.daemon.child.pid)
            let needles = ["secret": Array(Self.secret.utf8)]
            let ahead = Array(String(repeating: request("GET", "/v1/apps/zoom-prod/credentials"), count: 111).utf8)
            let deaf = try Crowd.connect(20, to: world.agent)
            try eventually("answers that nobody takes in") {
                for connection in deaf { for _ in 0..<40 where connection.push(ahead[...]) > 0 {} }
                return try memory.occurrences(of: needles)["secret", default: 0] > 20
            }
            try world.must("lock")
            // Sooner than the time limit of a write, 10 s, would close the connections.
            try eventually("the secret to be gone", seconds: 5) { try memory.occurrences(of: needles)["secret"] == 0 }
            withExtendedLifetime(deaf) {}
        }
    }
}
