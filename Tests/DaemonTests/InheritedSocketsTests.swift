import Domain
import Foundation
import Maintenance
import SocketAPI
import Testing

@testable import Daemon

@Suite struct InheritedSocketsTests {
    private func read(_ variables: [String: String], pid: pid_t = 7) throws -> [InheritedSockets.Name: CInt] {
        try InheritedSockets({ variables[$0] }, pid: pid).descriptors
    }

    @Test func `sockets are known by their names, in any order`() throws {
        let both = ["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "admin:agent"]
        #expect(try read(both) == [.admin: 3, .agent: 4])
        #expect(try read(["LISTEN_PID": "7", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "agent"]) == [.agent: 3])
    }

    @Test func `sockets for another process, or for none, are left alone`() throws {
        #expect(try read([:]) == [:])
        #expect(try read(["LISTEN_PID": "8", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "agent"]) == [:])
        #expect(try read(["LISTEN_FDS": "1", "LISTEN_FDNAMES": "agent"]) == [:])
    }

    @Test(arguments: [
        ("1", "unknown"), ("1", "keyturn-agent.socket"), ("2", "agent:agent"), ("2", "agent"), ("1", "agent:admin"),
        ("x", "agent"), ("-1", "agent"), ("1", ""), ("", ""),
    ]) func `names that say nothing, or too much, are refused`(count: String, names: String) {
        let error = #expect(throws: StartError.self) {
            try read(["LISTEN_PID": "7", "LISTEN_FDS": count, "LISTEN_FDNAMES": names])
        }
        #expect(error?.exitStatus == .configuration && error?.hint?.contains("FileDescriptorName") == true)
    }

    // MARK: Taking one over

    private static let directory = "/tmp/kt-in-\(getpid())-\(UInt32.random(in: 0 ... .max))"

    /// As systemd makes one: bound where it stays.
    private func listener(at path: String, _ mode: mode_t, listens: Bool) throws -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        let changed = unsafe chmod(path, mode)
        try #require(bound == 0 && changed == 0)
        if listens { try #require(listen(descriptor, 1) == 0) }
        return descriptor
    }

    /// A socket that is passed on, and what becomes of it here.
    private func taking(
        _ mode: mode_t, of wanted: mode_t, group: gid_t? = nil, path: String? = nil, listens: Bool = true
    ) throws -> mode_t {
        let directory = Self.directory + "-\(UInt32.random(in: 0 ... .max))"
        unsafe mkdir(directory, 0o700)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let descriptor = try listener(at: directory + "/s", mode, listens: listens)
        defer { close(descriptor) }
        let taken = try ListeningSocket(
            inherited: descriptor, unit: "u.socket", at: path ?? directory + "/s", mode: wanted, group: group)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0, "no child has it")
        taken.remove()
        var status = stat()
        #expect(unsafe lstat(directory + "/s", &status) == 0, "it is systemd's to take away")
        return status.st_mode & 0o777
    }

    @Test func `a socket of systemd's gets the configured mode, and stays when the daemon ends`() throws {
        #expect(try taking(0o600, of: 0o666) == 0o666)
        #expect(try taking(0o666, of: 0o666) == 0o666)
        #expect(try taking(0o660, of: 0o660) == 0o660)
    }

    @Test func `a socket that is open to more users is refused`() {
        for (mode, wanted) in [(0o666, 0o660), (0o660, 0o600), (0o602, 0o600)] as [(mode_t, mode_t)] {
            let error = #expect(throws: StartError.self) { try taking(mode, of: wanted) }
            #expect(error?.exitStatus == .configuration)
            #expect(
                error?.hint == "SocketMode=0\(String(wanted, radix: 8)) in u.socket, and systemctl restart u.socket")
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files to groups")) func `a socket of another group is refused`()
    {
        let error = #expect(throws: StartError.self) { try taking(0o660, of: 0o660, group: 4_242) }
        #expect(error?.hint?.contains("SocketGroup=") == true)
        #expect(throws: Never.self) { try taking(0o600, of: 0o660, group: 4_242) }
        #expect(throws: Never.self) { try taking(0o666, of: 0o666, group: 4_242) }
    }

    @Test func `a socket that does not listen there is refused`() {
        for error in [
            #expect(throws: StartError.self) { try taking(0o600, of: 0o600, path: "/run/other.sock") },
            #expect(throws: StartError.self) { try taking(0o600, of: 0o600, listens: false) },
        ] {
            #expect(error?.hint?.hasPrefix("ListenStream=/") == true)
        }
        #expect(throws: StartError.self) {
            try ListeningSocket(inherited: 9_999, unit: "u.socket", at: "/s", mode: 0o600, group: nil)
        }
    }
}
