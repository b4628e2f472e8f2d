import CPlatform
import Glibc

/// Whose daemon a command believes before it sends anything: the kernel says who listens, or who made the socket for it, as
/// systemd does.
///
/// Root, oneself, and whoever owns the vault's directory: where somebody said which one it is, or where root or oneself must have
/// given that place to its owner, as `/var/lib/keyturn`.
package struct TrustedPeer: Equatable, Sendable {
    package let users: Set<UInt32>

    /// - Parameters:
    ///   - user: who runs the command.
    ///   - isNamed: whether somebody said where the vault is, and so whose it is.
    package init(
        _ places: Places, isNamed: Bool, user: UInt32 = geteuid(),
        look: TrustedPath.Look = TrustedPath.entry(at:)
    ) {
        let owner = Self.owner(of: TrustedPath.absolute(places.stateDirectory), user, isNamed: isNamed, look)
        users = [0, user, owner ?? user]
    }

    /// Throws ``ClientError/stranger(path:user:)`` when somebody else is at the other end.
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
        // To another disk, for example. Who made the link gave the place.
        case .link(let maker, let target) where isNamed || [0, user].contains(maker):
            let next = target.hasPrefix("/") ? target : above + target
            return owner(of: next, user, isNamed: isNamed, look, links: links - 1)
        default: return nil
        }
    }
}
