import Domain
import Vault

/// Leases as rows. The fencing number grows whenever the holder changes, which distinguishes a holder that missed its
/// expiry from its successor.
enum Lease {
    static func acquire(
        _ name: String, holder: String, now: Timestamp, expiry: Timestamp, in connection: Connection
    ) throws -> Int? {
        try connection.run(
            """
            INSERT INTO lease (name, holder, fence, expires_at) VALUES (?, ?, 1, ?)
            ON CONFLICT (name) DO UPDATE SET
                fence = fence + (holder <> excluded.holder), holder = excluded.holder,
                expires_at = excluded.expires_at
            WHERE holder = excluded.holder OR expires_at <= ?
            """,
            [.text(name), .text(holder), .integer(expiry.unixSeconds), .integer(now.unixSeconds)])
        return try connection.integer(
            "SELECT fence FROM lease WHERE name = ? AND holder = ?", [.text(name), .text(holder)])
    }

    /// Sets an expiry in the past instead of removing the row: the fencing number must continue.
    static func release(_ name: String, holder: String, in connection: Connection) throws {
        try connection.run(
            "UPDATE lease SET holder = '', expires_at = 0 WHERE name = ? AND holder = ?", [.text(name), .text(holder)])
    }
}
