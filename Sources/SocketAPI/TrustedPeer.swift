import CPlatform
import Glibc

/// Decides whether a command trusts the daemon before it sends anything: the kernel reports who listens, or who created the
/// socket, as systemd does.
///
/// Trusted are root, the command's own user, and the owner of the vault's directory, if that directory was named
/// explicitly, or if root or the own user must have given it to its owner, such as `/var/lib/keyturn`.
package struct TrustedPeer: Equatable, Sendable {
    package let users: Set<UInt32>

    /// - Parameters:
    ///   - user: the user that runs the command.
    ///   - isNamed: whether the vault's path was given explicitly, and with it its owner.
    package init(
        _ paths: Paths, isNamed: Bool, user: UInt32 = geteuid(),
        look: TrustedPath.Look = TrustedPath.entry(at:)
    ) {
        let owner = Self.owner(of: TrustedPath.absolute(paths.stateDirectory), user, isNamed: isNamed, look)
        users = [0, user, owner ?? user]
    }

    /// Throws ``ClientError/stranger(path:user:)`` when an untrusted user listens.
    func check(_ descriptor: CInt, path: String) throws(ClientError) {
        var peer = kt_peer()
        guard unsafe kt_peer(descriptor, &peer) == 0 else { throw .failed(errno: errno) }
        guard users.contains(peer.uid) else { throw .stranger(path: path, user: Int(peer.uid)) }
    }

    private static func owner(
        of path: String, _ user: UInt32, isNamed: Bool, _ look: TrustedPath.Look, links: Int = 8
    ) -> UInt32? {
        guard let slash = path.lastIndex(of: "/"), links > 0 else { return nil }
        let name = path[path.index(after: slash)...]
        let parent = String(path[...slash])
        let above: String
        if isNamed {
            above = parent
        } else {
            guard let checked = try? TrustedPath.check(parent, owner: user, look: look),
                case .directory(_, let mode)? = look(checked), mode & 0o022 == 0
            else { return nil }
            above = checked == "/" ? "/" : checked + "/"
        }
        switch look(above + name) {
        case .directory(let owner, _): return owner
        // To another disk, for example. The creator of the link chose its target.
        case .link(let maker, let target) where isNamed || [0, user].contains(maker):
            let next = target.hasPrefix("/") ? target : above + target
            return owner(of: next, user, isNamed: isNamed, look, links: links - 1)
        default: return nil
        }
    }
}
