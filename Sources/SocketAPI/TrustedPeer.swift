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
        of path: String, _ user: UInt32, isNamed: Bool, _ look: TrustedPath.Look
    ) -> UInt32? {
        if isNamed {
            guard case .directory(let owner, _)? = look(path) else { return nil }
            return owner
        }
        guard let slash = path.lastIndex(of: "/"),
            let above = try? TrustedPath.check(String(path[...slash]), owner: user, look: look),
            case .directory(_, let mode)? = look(above), mode & 0o022 == 0,
            case .directory(let owner, _)? = look(above + path[slash...])
        else { return nil }
        return owner
    }
}
