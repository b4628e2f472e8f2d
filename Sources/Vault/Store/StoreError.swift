package import Domain

/// Why a store operation failed. Contains no value of a row.
package struct StoreError: Advised, Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// Another process holds the file.
        case inUse
        case missing
        /// The store's files were removed, moved or replaced while they were in use.
        case gone
        case exists
        /// The vault was moved to another place, or a move to this place was not finished.
        case notServed
        case notAVault
        /// The schema's version is newer than this program's.
        case newerSchema(found: Int, known: Int)
        /// The rows were written by a newer program, in a format that this program does not read.
        case newerFormat(found: Int, known: Int)
        case notPermitted
        case readOnly
        case diskFull
        /// The medium failed, or a page is damaged.
        case inputOutput
        case damaged
        /// The store lacks changes that it had confirmed.
        case rolledBack
        case closed
        /// The store's server cannot be reached, or cannot do it now.
        case unavailable
        /// The store's server could not prove who it is.
        case untrusted
        /// A commit was not confirmed: it may be there.
        case undecided
        case library
    }

    package let code: Code
    package let advice: Advice

    /// - Parameters:
    ///   - detail: the operation, and the store's own message if it contains no values.
    ///   - hint: what the operator can do in this case, if it is not what the code suggests.
    package init(_ code: Code, _ detail: String, hint: String? = nil) {
        self.code = code
        let words: String? =
            switch code {
            case .newerSchema(let found, let known):
                "the vault has schema \(found), and this program knows schemas up to \(known)"
            case .newerFormat(let found, let known):
                "the vault has rows of format \(found), and this program knows formats up to \(known)"
            default: nil
            }
        advice = Advice((words.map { $0 + ": " } ?? "") + detail, try: hint ?? code.hint)
    }

    package var description: String { detail }
}

extension StoreError.Code {
    /// Whether a database may recover from it while the daemon waits: its server is away, not yet the primary, or has no room.
    package var mayPass: Bool { [.unavailable, .readOnly, .diskFull, .undecided].contains(self) }

    /// What the operator can do, if anything.
    package var hint: String? {
        switch self {
        case .inUse: "one vault belongs to one daemon: stop the other one, or use another --state-dir for this one"
        case .missing: "keyturnd init"
        case .gone:
            "keyturn backup FILE, before keyturnd stops: only this process still has the vault; then stop it, and: keyturnd restore FILE --replace"
        case .exists: "give another --state-dir, or serve the vault that is there: keyturnd serve"
        case .notAVault: "give the state directory with --state-dir, or create a vault in an empty one: keyturnd init"
        case .newerSchema, .newerFormat:
            "install the newer keyturnd that wrote it; or go back to a backup from before the upgrade: "
                + "keyturnd restore FILE --replace"
        case .notPermitted: "run as the user that owns the state directory"
        case .readOnly: "make the file system writable"
        case .diskFull: Remedy.freeSpace
        case .inputOutput: "look for disk errors in the kernel's log (dmesg)"
        case .damaged:
            "keyturnd restore BACKUP, which moves the damaged file aside; keep that until its secrets are safe"
        case .rolledBack, .closed, .unavailable, .untrusted, .undecided, .notServed, .library: nil
        }
    }
}
