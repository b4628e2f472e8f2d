import Domain
import Foundation
import Maintenance
import SocketAPI
import Testing

@testable import Daemon

@Suite struct ListeningSocketTests {
    private let directory = "/tmp/kt-ls-\(getpid())-\(UInt32.random(in: 0 ... .max))"

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func `a socket has its mode, and its staging place is gone`() throws {
        unsafe mkdir(directory, 0o700)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let socket = try ListeningSocket(at: directory + "/a.sock", mode: 0o640, group: nil)
        defer { close(socket.descriptor) }
        #expect(mode(directory + "/a.sock") == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.sock"])
    }

    @Test func `a stale socket and a stale staging place are replaced`() throws {
        unsafe mkdir(directory, 0o700)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/a.sock"
        close(try ListeningSocket(at: path, mode: 0o600, group: nil).descriptor)
        unsafe mkdir(path + ".d", 0o700)
        _ = FileManager.default.createFile(atPath: path + ".d/s", contents: nil)
        let socket = try ListeningSocket(at: path, mode: 0o600, group: nil)
        defer { close(socket.descriptor) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.sock"])
    }

    @Test func `a daemon that stops removes its own socket and no other`() throws {
        unsafe mkdir(directory, 0o700)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/a.sock"
        let old = try ListeningSocket(at: path, mode: 0o600, group: nil)
        let new = try ListeningSocket(at: path, mode: 0o600, group: nil)
        defer { close(old.descriptor); close(new.descriptor) }
        old.remove()
        #expect(FileManager.default.fileExists(atPath: path))
        new.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a path that no socket can have is refused with its length`() {
        let path = directory + "/" + String(repeating: "x", count: 110)
        let error = #expect(throws: StartError.self) { try ListeningSocket(at: path, mode: 0o600, group: nil) }
        #expect(error?.exitStatus == .configuration)
    }

    @Test func `a directory that others can read is refused and not repaired`() throws {
        unsafe mkdir(directory, 0o755)
        unsafe chmod(directory, 0o755)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let error = #expect(throws: StartError.self) { try PrivateDirectory.ensure(directory, mode: 0o700) }
        #expect(error?.exitStatus == .notPermitted)
        #expect(error?.hint == "chmod 700 \(directory)")
        #expect(mode(directory) == 0o755)
    }

    @Test func `missing parents are made for this user alone`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try PrivateDirectory.ensure(directory + "/a/b", mode: 0o755)
        #expect(mode(directory) == 0o700)
        #expect(mode(directory + "/a/b") == 0o755)
    }
}
