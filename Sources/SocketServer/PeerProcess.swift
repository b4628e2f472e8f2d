import CPlatform
import Domain
import Glibc

/// The process that made a connection. Used on the connection's loop alone.
///
/// The socket itself remembers the process, so that nothing has to be done for it at first: a connection that lives for
/// one request costs one system call. It is pinned by a pidfd, so that its number cannot come to mean another process,
/// when the connection is a second old, or when a rule looks at more than its credentials.
package final class PeerProcess {
    private enum Pin {
        case notYet, impossible, gone
        case pidfd(CInt)
    }

    private let socket: CInt
    private let proc: ProcFS
    private var pin = Pin.notYet
    private var isKnown = false

    /// - Parameter socket: the connection's. It must be open for as long as this is used.
    init(_ socket: CInt, proc: ProcFS) {
        self.socket = socket
        self.proc = proc
    }

    deinit {
        if case .pidfd(let descriptor) = pin { close(descriptor) }
    }

    /// Who connected, by their credentials alone; `nil` when the connection is gone already.
    func identify() -> Identity? {
        var peer = kt_peer()
        guard unsafe kt_peer(socket, &peer) == 0 else { return nil }
        // Without this option of the kernel's the number is all there is, and is the safer the sooner it is pinned.
        if !Self.isRemembered { pinIt(peer.pid) }
        return Identity(
            uid: peer.uid, gid: peer.gid, pid: peer.pid,
            isForeign: peer.pid == 0 || peer.uid == proc.maps.unmappedUID)
    }

    /// Looks up what is still missing. The answer is whether the process is there still.
    func learn(_ needs: IdentityNeeds, of caller: inout Identity) -> Bool {
        if needs.contains(.groups), caller.groups == nil {
            caller.groups = (Self.groups(socket) ?? []).filter { $0 != proc.maps.unmappedGID }
        }
        guard needs.contains(.process) else { return true }
        pinIt(caller.pid)
        guard case .pidfd(let pidfd) = pin else { return !isGone }
        if !isKnown {
            isKnown = true
            caller.process = proc.facts(of: caller.pid, uid: caller.uid)
        }
        // Behind the reading: while this process is there, its number is nobody else's.
        return Self.isAlive(pidfd)
    }

    /// Whether the process is there still, and is still the user's that it was. It may be unable to tell; then it is.
    func isStill(_ caller: Identity) -> Bool {
        pinIt(caller.pid)
        guard case .pidfd(let pidfd) = pin else { return !isGone }
        let owner = proc.owner(of: caller.pid)
        guard Self.isAlive(pidfd) else { return false }
        return owner.map { $0 == caller.uid } ?? true
    }

    private var isGone: Bool { if case .gone = pin { true } else { false } }

    private func pinIt(_ pid: Int32) {
        guard case .notYet = pin else { return }
        let pidfd = Self.isRemembered ? kt_peer_pidfd(socket) : pid > 0 ? kt_pidfd_open(pid) : -ENOSYS
        switch pidfd {
        case 0...: pin = .pidfd(pidfd)
        // It ended, and was waited for; newer kernels give a pidfd that says so.
        case -EINVAL, -ESRCH: pin = .gone
        // Another time.
        case -EMFILE, -ENFILE, -ENOMEM: break
        default: pin = .impossible
        }
    }

    package static func isAlive(_ pidfd: CInt) -> Bool {
        var question = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&question, 1, 0) == 0
    }

    private static func groups(_ socket: CInt) -> [UInt32]? {
        var room: UInt32 = 32
        while true {
            var count: CInt = 0
            let groups = unsafe [UInt32](unsafeUninitializedCapacity: Int(room)) { buffer, used in
                count = unsafe kt_peer_groups(socket, buffer.baseAddress, room)
                used = count >= 0 && count <= room ? Int(count) : 0
            }
            guard count > room else { return groups }
            room = UInt32(count)
        }
    }

    /// Whether the kernel tells which process connected, and not only its number (Linux 6.5).
    private static let isRemembered: Bool = {
        var ends: [CInt] = [0, 0]
        guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { return false }
        let pidfd = kt_peer_pidfd(ends[0])
        for descriptor in ends + [pidfd] where descriptor >= 0 { close(descriptor) }
        return pidfd >= 0
    }()
}
