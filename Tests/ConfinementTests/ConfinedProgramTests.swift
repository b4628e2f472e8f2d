import CPlatform
import Foundation
import Synchronization
import Testing

@testable import Confinement

/// What the kernel denies once it was asked to. Each on a thread of its own, which is confined by itself, and ends.
@Suite struct ConfinedProgramTests {
    /// The errno of each call, made on a thread that was confined; 0 where it was allowed.
    private static func confined(
        closing directories: [String] = [], _ calls: @escaping @Sendable () -> [String: CInt]
    ) -> (outcome: kt_confined, errors: [String: CInt]) {
        let result = Mutex<(kt_confined, [String: CInt])>((kt_confined(), [:]))
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var outcome = kt_confined()
            unsafe Confinement.withClosed(directories) { unsafe kt_confine_program($0, &outcome) }
            let errors = calls()
            result.withLock { $0 = (outcome, errors) }
            done.signal()
        }
        done.wait()
        return result.withLock { $0 }
    }

    private static func error(_ outcome: some BinaryInteger) -> CInt { outcome < 0 ? errno : 0 }

    @Test func `system calls that nothing here needs are denied, and the others work`() {
        let (outcome, errors) = Self.confined {
            var errors: [String: CInt] = [:]
            errors["namespace"] = Self.error(call(Number.unshare))
            errors["mount"] = Self.error(unsafe mount("none", "/nowhere", "tmpfs", 0, nil))
            errors["ptrace"] = Self.error(call(Number.ptrace))
            errors["keyring"] = Self.error(call(Number.keyctl))
            errors["ring"] = Self.error(call(425))
            errors["clone3"] = Self.error(call(435))
            errors["unknown"] = Self.error(call(100_000))
            errors["packets"] = Self.error(socket(17, 3, 0))
            errors["audit"] = Self.error(socket(16, 3, 9))
            for (name, family, kind) in [("unix", 1, 1), ("tcp", 2, 1), ("udp", 10, 2), ("route", 16, 3)] {
                let descriptor = socket(CInt(family), CInt(kind), 0)
                errors[name] = Self.error(descriptor)
                close(descriptor)
            }
            var thread = pthread_t()
            errors["thread"] = unsafe pthread_create(&thread, nil, { _ in nil }, nil)
            if errors["thread"] == 0 { pthread_join(thread, nil) }
            return errors
        }
        #expect(outcome.privileges == 0 && outcome.capabilities == 0 && outcome.calls == 0)
        for name in ["namespace", "mount", "ptrace", "keyring", "ring"] { #expect(errors[name] == EPERM, "\(name)") }
        for name in ["clone3", "unknown"] { #expect(errors[name] == ENOSYS, "\(name)") }
        for name in ["packets", "audit"] { #expect(errors[name] == EAFNOSUPPORT, "\(name)") }
        for name in ["unix", "tcp", "udp", "thread"] { #expect(errors[name] == 0, "\(name)") }
        #expect(errors["route"] == 0 || errors["route"] == EAFNOSUPPORT, "a sandbox around the test may deny it")
    }

    @Test func `a closed directory is not written to, and every other one is`() throws {
        let directory =
            FileManager.default.temporaryDirectory.path + "/kt-narrow-\(getpid())-\(Int.random(in: 0..<1 << 30))"
        let (state, beside) = (directory + "/lib/state", directory + "/log")
        for path in [state, beside] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data("vault".utf8).write(to: URL(filePath: state + "/vault.db"))
        try Data("log".utf8).write(to: URL(filePath: directory + "/there"))
        try FileManager.default.createSymbolicLink(atPath: beside + "/link", withDestinationPath: state)
        let (outcome, errors) = Self.confined(closing: [state]) {
            func opened(_ path: String, _ flags: CInt) -> CInt {
                let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
                defer { close(descriptor) }
                return Self.error(descriptor)
            }
            return [
                "vault": opened(state + "/vault.db", O_WRONLY),
                "truncated": Self.error(unsafe truncate(state + "/vault.db", 0)),
                "new": opened(state + "/new", O_WRONLY | O_CREAT),
                "by link": opened(beside + "/link/vault.db", O_WRONLY),
                "removed": Self.error(unsafe unlink(state + "/vault.db")),
                "moved": Self.error(unsafe rename(state, directory + "/lib/other")),
                "moved in": Self.error(unsafe rename(directory + "/there", state + "/there")),
                "above": opened(directory + "/new", O_WRONLY | O_CREAT),
                "read": opened(state + "/vault.db", O_RDONLY),
                "there": opened(directory + "/there", O_WRONLY | O_TRUNC),
                "beside": opened(beside + "/new", O_WRONLY | O_CREAT), "nothing": opened("/dev/null", O_WRONLY),
            ]
        }
        guard outcome.files == 0 else {
            #expect([ENOSYS, EOPNOTSUPP, EPERM].contains(outcome.files), "without Landlock there is nothing to see")
            return
        }
        for name in ["vault", "truncated", "new", "by link", "removed", "moved", "above"] {
            #expect(errors[name] == EACCES, "\(name): \(errors[name] ?? 0)")
        }
        #expect(errors["moved in"] != 0)
        for name in ["read", "there", "beside", "nothing"] { #expect(errors[name] == 0, "\(name)") }
    }

    @Test func `no file is opened to other users, and its owner may still change it`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/kt-modes-\(getpid())-\(Int.random(in: 0..<1 << 30))"
        try Data("vault".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (outcome, errors) = Self.confined {
            let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
            defer { close(descriptor) }
            var errors: [String: CInt] = [:]
            for mode in [0o666, 0o640, 0o604, 0o4700, 0o600, 0o400] as [mode_t] {
                let name = String(mode, radix: 8)
                errors["chmod \(name)"] = Self.error(unsafe chmod(path, mode))
                errors["fchmod \(name)"] = Self.error(fchmod(descriptor, mode))
                errors["fchmodat \(name)"] = Self.error(unsafe fchmodat(AT_FDCWD, path, mode, 0))
            }
            errors["acl"] = Self.error(call(Number.setxattr))
            return errors
        }
        guard outcome.calls == 0 else { return }
        for (name, error) in errors {
            #expect(error == (name.hasSuffix(" 600") || name.hasSuffix(" 400") ? 0 : EPERM), "\(name)")
        }
    }

    @Test func `a signal reaches nothing outside`() {
        let (outcome, errors) = Self.confined { ["parent": Self.error(kill(getppid(), 0))] }
        guard outcome.files == 0 else { return }
        // The scope of signals is newer (6.12) than the rest.
        #expect(errors["parent"] == EPERM || errors["parent"] == 0 && !Self.hasSignalScope)
    }

    private static var hasSignalScope: Bool {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return false }
        let release = unsafe withUnsafeBytes(of: &name.release) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (6, 12)
    }
}
