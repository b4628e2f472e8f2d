/// Who is at the other end of a connection, as the kernel says. Made when the connection is accepted; what only some
/// policies ask for is looked up when the first of them is there.
package struct Identity: Equatable, Sendable {
    package let uid: UInt32
    /// The process's own group, as it was at connect(2).
    package let gid: UInt32
    /// 0 for a process in a pid namespace that this one does not see into.
    package let pid: Int32
    /// Whether it comes out of a namespace that the daemon does not see into: then the uid may be the one that stands
    /// for all who have none here, and nothing can be known of the process.
    package let isForeign: Bool
    /// The supplementary groups; `nil` while nobody needed them.
    package var groups: [UInt32]?
    /// `nil` while nobody needed it, and when it cannot be known.
    package var process: ProcessFacts?
    /// `nil` while nobody needed it, and when it cannot be known. Nothing is decided by it.
    package var login: Login?

    package init(
        uid: UInt32, gid: UInt32, pid: Int32, isForeign: Bool = false, groups: [UInt32]? = nil,
        process: ProcessFacts? = nil, login: Login? = nil
    ) {
        self.uid = uid
        self.gid = gid
        self.pid = pid
        self.isForeign = isForeign
        self.groups = groups
        self.process = process
        self.login = login
    }

    /// Whether the group is the process's own or a supplementary one.
    package func isMember(of group: UInt32) -> Bool { gid == group || groups?.contains(group) == true }
}

/// What is known of a process beyond its credentials. What cannot be known is `nil`, and matches no selector.
package struct ProcessFacts: Equatable, Sendable {
    package let unit: UnitName?
    /// The systemd slice that the unit is in.
    package let slice: String?
    /// The path of the executable, with no link in it.
    package let executable: String?

    package init(unit: UnitName?, slice: String?, executable: String?) {
        self.unit = unit
        self.slice = slice
        self.executable = executable
    }
}

/// The login that a process stems from, which sudo(8) and su(1) do not change (pam_loginuid(8)).
package struct Login: Equatable, Sendable {
    package let uid: UInt32
    /// The number of the kernel's audit session.
    package let session: UInt32?

    /// - Parameters: the texts of `/proc/PID/loginuid` and `/proc/PID/sessionid`.
    /// - Returns: `nil` for a process that no login started, such as a service.
    package init?(loginuid: String?, sessionid: String?) {
        func number(_ text: String?) -> UInt32? {
            let number = text.flatMap { UInt32($0.split(separator: "\n").first ?? "") }
            return number == .max ? nil : number  // "not set"
        }
        guard let uid = number(loginuid) else { return nil }
        (self.uid, session) = (uid, number(sessionid))
    }
}

/// What of an identity a decision or its record goes by beyond uid and gid.
package struct IdentityNeeds: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let groups = IdentityNeeds(rawValue: 1)
    package static let process = IdentityNeeds(rawValue: 2)
    package static let login = IdentityNeeds(rawValue: 4)
}

/// The name of a systemd unit that processes live in: `pingfederate.service`, `session-3.scope`.
package struct UnitName: Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package static let grammar = "a unit's full name, such as pingfederate.service"

    /// `nil` unless systemd could have a unit of this name with processes in it (systemd.unit(5)).
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 255, let dot = text.lastIndex(of: "."), dot > text.startIndex,
            ["service", "scope", "socket", "mount", "swap"].contains(String(text[text.index(after: dot)...])),
            text.utf8.first != UInt8(ascii: "@"),
            text.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: ":-_.\\@".utf8.contains(byte)
                }
            })
        else { return nil }
        description = String(text)
    }
}
