import Domain
import Health
import Rotation
import Scheduling
import SocketAPI
import Vault

/// An app's rotation policy, for operators.
extension PolicyDocument {
    init(_ entry: AppEntry, now: Timestamp) {
        var recurrences = Recurrences()
        self.init(
            entry.app.policy, nextAt: entry.nextRotation((try? recurrences.of(entry.app)) ?? nil, now))
    }
}

extension RotationPlan {
    init(_ entry: AppEntry, overlap: Int?, obstacles: RotationObstacles) {
        self.init(
            app: entry.app.name, base: entry.credential.generation.number,
            calls: [
                "a token with the present secret, to verify it",
                "a token that may rotate (\(entry.app.rotationGrant ?? "client_credentials, else account_credentials"))",
                "a new secret",
                "a token with the new secret, to verify it",
                "at the end, to revoke the old secret",
            ],
            oldSecretExpiresAt: RotationTiming().revokeAt(obstacles.now), overlap: overlap ?? entry.app.policy.overlap,
            holders: Set(entry.receipts.keys.map(\.client)).sorted().map(\.description),
            targets: obstacles.targets.map(\.target.name.description).sorted(), obstacles: obstacles.all)
    }
}
