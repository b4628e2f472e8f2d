import Domain
import Glibc
import System
import Vault

/// A process that may have the right to change a vault.
struct LeaseHolder: Sendable, Equatable {
    /// The same after this process was restarted, so that its own crash delays nothing.
    let node: String
    /// Of this process alone.
    let instance: String
    /// For messages on other hosts.
    let place: String

    init(node: String, stateDirectory: String) {
        self.node = node
        instance = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
        place = "host \(hostName()), process \(getpid()), \(stateDirectory)"
    }
}

/// Who has the right to change the vault, as the database has it.
struct LeaseRow: Equatable {
    enum Verdict: Equatable {
        /// Nobody has it, or an earlier process of the same node.
        case free
        /// Its holder has said nothing for some time, by the server's clock.
        case silent
        case alive
    }

    let fence: Int
    let node: String
    let instance: String
    let place: String
    let beat: Int
    /// How many seconds ago the last beat was, by the server's clock. It may be set: then this is negative, or far too much.
    let age: Int

    init(fence: Int, node: String, instance: String, place: String, beat: Int, age: Int) {
        (self.fence, self.node, self.instance) = (fence, node, instance)
        (self.place, self.beat, self.age) = (place, beat, age)
    }

    init(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) {
        self = try connection.run(
            """
            SELECT fence, node, instance, place, beat, extract(epoch FROM clock_timestamp() - beaten_at)::bigint \
            FROM keyturn.writer
            """
        ) { result throws(PostgreSQLFailure) in
            guard result.rows == 1, case .integer(let fence) = try result.value(0, 0),
                case .text(let node) = try result.value(0, 1), case .text(let instance) = try result.value(0, 2),
                case .text(let place) = try result.value(0, 3), case .integer(let beat) = try result.value(0, 4),
                case .integer(let age) = try result.value(0, 5)
            else { throw PostgreSQLFailure(.unexpected, "the table writer does not have one row") }
            return LeaseRow(fence: fence, node: node, instance: instance, place: place, beat: beat, age: age)
        }
    }

    /// - Parameters:
    ///   - holder: the process that asks; `nil` for one that will not have the right.
    ///   - silence: in seconds. Longer than any beat of a holder that runs can be late.
    func verdict(for holder: LeaseHolder?, after silence: Int) -> Verdict {
        guard !instance.isEmpty, node != holder?.node else { return .free }
        return abs(age) >= silence ? .silent : .alive
    }

    /// Why a second process does not begin.
    var refusal: StoreError {
        StoreError(
            .inUse, "another keyturnd serves this vault: \(Self.printable(place)), last heard of \(max(age, 0)) s ago",
            hint:
                "stop that one first: systemctl stop keyturnd on its host; if the host is gone, repeat this in a minute"
        )
    }

    /// What a process is told that has lost the right.
    /// - Parameter row: the row of the one that has it now, if it can be read.
    static func superseded(by row: LeaseRow?) -> Advice {
        let other = row.map { $0.instance.isEmpty ? "" : ": \(printable($0.place))" } ?? ""
        return Advice(
            "another keyturnd has taken this vault over\(other); nothing is saved, rotated or revoked here",
            try: "stop one of both; then, on the host that is to serve it: systemctl restart keyturnd")
    }

    /// What a process is told whose right is newer than the database's own record of it.
    static let rolledBack = Advice(
        "the vault's database has lost changes that it had confirmed, and with them this daemon's right to change the vault",
        try: "do not restart keyturnd; find out what put the database back, and put its newest copy in place")

    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(160).map(Character.init))
    }
}
