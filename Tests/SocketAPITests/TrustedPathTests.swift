import Glibc
import Testing

@testable import SocketAPI

/// Users: 0 is root, 7 the daemon's, 9 somebody else.
struct TrustedPathTests {
    typealias Entry = TrustedPath.Entry
    static let base: [String: Entry] = [
        "/": .directory(owner: 0, mode: 0o755), "/etc": .directory(owner: 0, mode: 0o755),
        "/tmp": .directory(owner: 0, mode: 0o1777), "/home": .directory(owner: 0, mode: 0o755),
        "/home/own": .directory(owner: 7, mode: 0o750), "/home/other": .directory(owner: 9, mode: 0o755),
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        let more: [String: Entry]
        let blamed: String?
        var testDescription: String { "\(path) \(blamed ?? "trusted")" }

        init(_ path: String, _ more: [String: Entry], blamed: String? = nil) {
            (self.path, self.more, self.blamed) = (path, more, blamed)
        }
    }

    static let cases: [Case] = [
        Case("/etc/key", ["/etc/key": .file(owner: 0, mode: 0o400)]),
        Case("/etc/key", ["/etc/key": .file(owner: 7, mode: 0o644)]),
        Case("/etc/key", ["/etc/key": .file(owner: 9, mode: 0o400)], blamed: "/etc/key"),
        Case("/etc/key", ["/etc/key": .file(owner: 7, mode: 0o620)], blamed: "/etc/key"),
        Case("/etc/key", ["/etc/key": .file(owner: 0, mode: 0o602)], blamed: "/etc/key"),
        Case("/home/own/key", ["/home/own/key": .file(owner: 7, mode: 0o400)]),
        // A directory of somebody else's, whatever lies in it.
        Case("/home/other/key", ["/home/other/key": .file(owner: 7, mode: 0o400)], blamed: "/home/other"),
        Case("/home/other/key", ["/home/other/key": .file(owner: 0, mode: 0o400)], blamed: "/home/other"),
        // One that others write to, near or far above.
        Case(
            "/etc/a/b/key",
            [
                "/etc/a": .directory(owner: 0, mode: 0o775), "/etc/a/b": .directory(owner: 0, mode: 0o700),
                "/etc/a/b/key": .file(owner: 0, mode: 0o400),
            ], blamed: "/etc/a"),
        Case(
            "/etc/a/key",
            ["/etc/a": .directory(owner: 7, mode: 0o757), "/etc/a/key": .file(owner: 7, mode: 0o400)], blamed: "/etc/a"),
        // Where everybody writes and only owners remove, what is one's own was put there by oneself.
        Case("/tmp/key", ["/tmp/key": .file(owner: 7, mode: 0o400)]),
        Case("/tmp/key", ["/tmp/key": .file(owner: 9, mode: 0o400)], blamed: "/tmp/key"),
        Case(
            "/tmp/a/key", ["/tmp/a": .directory(owner: 9, mode: 0o700), "/tmp/a/key": .file(owner: 0, mode: 0o400)],
            blamed: "/tmp/a"),
        // Links count for what they lead to, and for who could have made them.
        Case("/etc/l", ["/etc/l": .link(owner: 0, target: "/etc/key"), "/etc/key": .file(owner: 0, mode: 0o400)]),
        Case("/etc/l", ["/etc/l": .link(owner: 0, target: "key"), "/etc/key": .file(owner: 0, mode: 0o400)]),
        Case(
            "/etc/l",
            ["/etc/l": .link(owner: 0, target: "../home/other/key"), "/home/other/key": .file(owner: 0, mode: 0o400)],
            blamed: "/home/other"),
        Case(
            "/tmp/l/key",
            ["/tmp/l": .link(owner: 9, target: "/etc"), "/etc/key": .file(owner: 0, mode: 0o400)], blamed: "/tmp/l"),
        Case("/tmp/l/key", ["/tmp/l": .link(owner: 7, target: "/etc"), "/etc/key": .file(owner: 0, mode: 0o400)]),
        Case("/etc/x/../key", ["/etc/x": .directory(owner: 0, mode: 0o755), "/etc/key": .file(owner: 0, mode: 0o400)]),
        Case("//etc/./key", ["/etc/key": .file(owner: 0, mode: 0o400)]),
        // What is no file keeps nothing.
        Case("/dev/null", ["/dev": .directory(owner: 0, mode: 0o755), "/dev/null": .other(owner: 0)]),
        Case("/tmp/pipe", ["/tmp/pipe": .other(owner: 9)], blamed: "/tmp/pipe"),
        Case("/tmp", [:]), Case("/", [:]), Case("/home/other", [:], blamed: "/home/other"),
        Case("/dev/fd/63", [:]),
        Case("/dev/fd/../../tmp/key", tricky, blamed: "/tmp/key"),
    ]
    private static let tricky: [String: Entry] = [
        "/dev": .directory(owner: 0, mode: 0o755), "/dev/fd": .directory(owner: 0, mode: 0o755),
        "/tmp/key": .file(owner: 9, mode: 0o400),
    ]

    @Test(arguments: cases)
    func `a file that another user could have put there, or could change, is named`(one: Case) {
        let tree = Self.base.merging(one.more) { $1 }
        do throws(TrustedPath.Distrust) {
            try TrustedPath.check(one.path, owner: 7) { tree[$0] }
            #expect(one.blamed == nil)
        } catch {
            #expect(error.missing == nil && error.path == one.blamed, "\(error)")
            #expect(error.reason.hasPrefix(error.path) && error.hint.contains(error.path))
        }
    }

    @Test func `where others may write, their links still lead nowhere`() throws {
        let tree = Self.base.merging([
            "/open": .directory(owner: 0, mode: 0o777), "/open/own": .directory(owner: 7, mode: 0o755),
            "/open/link": .link(owner: 9, target: "/etc"), "/open/other": .directory(owner: 9, mode: 0o755),
        ]) { $1 }
        func check(_ path: String, _ mayBeOpen: Bool) throws {
            try TrustedPath.check(path, owner: 7, mayBeOpen: mayBeOpen) { tree[$0] }
        }
        try check("/open/own", true)
        #expect(throws: TrustedPath.Distrust.self) { try check("/open/own", false) }
        for path in ["/open/link", "/open/other"] {
            #expect { try check(path, true) } throws: { ($0 as? TrustedPath.Distrust)?.path == path }
        }
    }

    @Test func `a path is given without its links`() throws {
        let tree = Self.base.merging([
            "/etc/l": .link(owner: 0, target: "../home"), "/home/own/key": .file(owner: 7, mode: 0o400),
        ]) { $1 }
        #expect(try TrustedPath.check("/etc/l/own/key", owner: 7) { tree[$0] } == "/home/own/key")
    }

    @Test func `links in a circle, and paths that end too early, are nobody's fault`() {
        let circle: [String: Entry] = [
            "/": .directory(owner: 0, mode: 0o755), "/a": .link(owner: 0, target: "/b"),
            "/b": .link(owner: 0, target: "a"), "/file": .file(owner: 0, mode: 0o644),
        ]
        for path in ["/a", "/b/c", "/none", "/file/below"] {
            #expect {
                try TrustedPath.check(path, owner: 7) { circle[$0] }
            } throws: {
                ($0 as? TrustedPath.Distrust)?.missing != nil
            }
        }
    }

    /// As in a container whose user namespace does not have the machine's root.
    @Test func `the owner of the root directory is trusted like root`() throws {
        let tree: [String: Entry] = [
            "/": .directory(owner: 65_534, mode: 0o755), "/key": .file(owner: 65_534, mode: 0o400),
            "/other": .file(owner: 9, mode: 0o400),
        ]
        #expect(try TrustedPath.check("/key", owner: 7) { tree[$0] } == "/key")
        #expect(throws: TrustedPath.Distrust.self) { try TrustedPath.check("/other", owner: 7) { tree[$0] } }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
    func `a group of the owner's alone may write, and no other`() throws {
        let path = "/tmp/keyturn-home-\(getpid())"
        #expect(unsafe mkdir(path, 0o700) == 0)
        defer { _ = unsafe rmdir(path) }
        // In every Debian, daemon (1) has a group of its own, and bin's (2) is another's.
        for (owner, group, mode, isTrusted) in [
            (1, 1, 0o775, true), (1, 2, 0o775, false), (1, 1, 0o777, false), (1, 0, 0o775, false), (0, 0, 0o775, false),
        ] as [(uid_t, gid_t, mode_t, Bool)] {
            #expect(unsafe chown(path, owner, group) == 0 && chmod(path, mode) == 0)
            #expect(
                (try? TrustedPath.check(path, owner: owner)) == (isTrusted ? path : nil), "\(owner):\(group) \(mode)")
        }
    }
}
