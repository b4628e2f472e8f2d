import Domain
import Foundation
import TestSupport
import Testing

@testable import SocketServer

/// What the kernel's texts about a process mean.
@Suite struct PeerTests {
    @Test(
        arguments: [
            // Version 2.
            ("0::/system.slice/pingfederate.service\n", "pingfederate.service", "system.slice"),
            ("0::/system.slice/pingfederate.service/worker/deep\n", "pingfederate.service", "system.slice"),
            ("0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", "system-getty.slice"),
            ("0::/init.scope\n", "init.scope", "-.slice"),
            ("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", "user-1000.slice"),
            (#"0::/system.slice/dev-disk\x2dby.swap"#, #"dev-disk\x2dby.swap"#, "system.slice"),
            ("0::/system.slice/_cgroup.service\n", "cgroup.service", "system.slice"),
            ("0::/machine.slice/docker-0123abcd.scope/init\n", "docker-0123abcd.scope", "machine.slice"),
            // A user's own manager is the unit; what it runs is the user's to name.
            (
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/pingfederate.service\n",
                "user@1000.service",
                "user-1000.slice"
            ),
            // Version 1, and both at once.
            ("12:cpu:/x.service\n1:name=systemd:/system.slice/a.service\n", "a.service", "system.slice"),
            ("1:name=systemd:/system.slice/a.service\n0::/system.slice/b.service\n", "a.service", "system.slice"),
            ("0::/system.slice/b.service\n1:name=systemd:/\n", nil, nil),
            // No systemd, or none that this namespace sees.
            ("0::/\n", nil, nil), ("0::/docker/0123abcd\n", nil, nil),
            ("0::/docker/x/system.slice/a.service\n", nil, nil),
            ("0::/../../system.slice/a.service\n", nil, nil),
            ("0::/system.slice/a.service (deleted)\n", nil, nil),
            ("0::/system.slice\n", nil, "system.slice"), ("0::/system.slice/.service\n", nil, nil),
            ("12:cpu:/system.slice/a.service\n", nil, nil), ("", nil, nil), ("nonsense\n::\n0:\n", nil, nil),
        ] as [(String, String?, String?)])
    func `the unit is read out of the control group`(listing: String, unit: String?, slice: String?) {
        let group = ControlGroup(listing: listing)
        #expect(group.unit?.description == unit)
        #expect(group.slice == slice)
    }

    @Test(arguments: [
        ("a.service", true), ("user@1000.service", true), ("session-3.scope", true), (#"a\x2db.mount"#, true),
        ("a", false), ("a.slice", false), ("a.timer", false), (".service", false), ("@.service", false),
        ("a b.service", false), ("../a.service", false), ("ä.service", false), ("a.service\n", false),
        (String(repeating: "a", count: 247) + ".service", true),
        (String(repeating: "a", count: 248) + ".service", false),
    ])
    func `a unit's name is what systemd would take`(text: String, isName: Bool) {
        #expect((UnitName(text) != nil) == isName)
    }

    @Test(
        arguments: [
            ("         0          0 4294967295\n", nil), ("0 0 1\n1 100000 65536\n", 65_534),
            ("0 0 1000\n1000 1000 4294966295\n", nil), ("", 65_534), (nil, 65_534), ("nonsense", 65_534),
        ] as [(String?, UInt32?)])
    func `the overflow user is one of its own where every user is mapped`(map: String?, unmapped: UInt32?) {
        #expect(IDMaps(uids: map, gids: nil).unmappedUID == unmapped)
        #expect(IDMaps(uids: nil, gids: map).unmappedGID == unmapped)
    }

    @Test func `this process is seen as it is`() throws {
        let proc = ProcFS()
        let identity = try #require(proc.identity(of: getpid()))
        #expect(identity.uid == geteuid() && identity.gid == getegid() && identity.pid == getpid())
        #expect(
            identity.process?.executable
                == (try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")))
        #expect(proc.facts(of: getpid(), uid: geteuid() + 1) == nil, "another user's is not looked into")
        #expect(proc.identity(of: 0) == nil && proc.identity(of: .max) == nil && proc.owner(of: .max) == nil)
    }

    @Test func `an executable that was replaced or deleted is not known`() throws {
        let directory = "/tmp/kt-peer-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/sleeper"
        // By another process: what this one has open for writing, a child that another test starts meanwhile has too, and
        // the kernel runs nothing that somebody may write to.
        let copying = try Process.run(URL(filePath: "/bin/cp"), arguments: ["-L", "/bin/sleep", path])
        copying.waitUntilExit()
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["60"]
        try process.run()
        // SIGTERM may be blocked: a program begins with the mask of the thread that starts it.
        defer { kill(process.processIdentifier, SIGKILL) }
        let proc = ProcFS()
        func executable() -> String? {
            proc.facts(of: process.processIdentifier, uid: geteuid())?.executable
        }
        try eventually("it to run") { executable() == path }
        try FileManager.default.moveItem(atPath: path, toPath: path + "-old")
        try FileManager.default.copyItem(atPath: "/bin/sh", toPath: path)
        #expect(executable() == path + "-old", "the file that runs, wherever it went")
        try FileManager.default.removeItem(atPath: path + "-old")
        #expect(executable() == nil)
        try FileManager.default.copyItem(atPath: "/bin/sh", toPath: path + "-old (deleted)")
        #expect(executable() == nil, "another file has the name that the kernel gives")
    }
}
