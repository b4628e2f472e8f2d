import Testing

@testable import SocketAPI

struct TrustedPeerTests {
    private static func users(
        state: String = "/var/lib/keyturn", isNamed: Bool = false, _ tree: [String: TrustedPath.Entry]
    ) -> Set<UInt32> {
        let paths = Paths(stateDirectory: state, environment: { _ in nil }, isRoot: true)
        let tree = TrustedPathTests.base.merging(tree) { $1 }
        return TrustedPeer(paths, isNamed: isNamed, user: 5) { tree[$0] }.users
    }

    @Test func `an owner whom root gave the vault's directory is trusted, and one who took it is not`() {
        let above: [String: TrustedPath.Entry] = [
            "/var": .directory(owner: 0, mode: 0o755), "/var/lib": .directory(owner: 0, mode: 0o755),
        ]
        #expect(Self.users([:]) == [0, 5])
        #expect(Self.users(above) == [0, 5])
        #expect(Self.users(above.merging(["/var/lib/keyturn": .directory(owner: 7, mode: 0o700)]) { $1 }) == [0, 5, 7])
        // A vault on another disk: root made the link, and so gave the place.
        let other = "/home/other"
        for (maker, target, users) in [
            (0, other, [0, 5, 9]), (0, "../../home/other", [0, 5, 9]), (9, other, [0, 5]),
            (0, "/var/lib/keyturn", [0, 5]), (0, "/tmp/keyturn", [0, 5]),
        ] as [(UInt32, String, Set<UInt32>)] {
            let link: [String: TrustedPath.Entry] = [
                "/var/lib/keyturn": .link(owner: maker, target: target),
                "/tmp/keyturn": .directory(owner: 9, mode: 0o755),
            ]
            #expect(Self.users(above.merging(link) { $1 }) == users, "\(maker) \(target)")
        }
        let taken: [String: TrustedPath.Entry] = ["/tmp/keyturn": .directory(owner: 9, mode: 0o755)]
        #expect(Self.users(state: "/tmp/keyturn", taken) == [0, 5])
        let deep: [String: TrustedPath.Entry] = ["/home/other/state": .directory(owner: 9, mode: 0o700)]
        #expect(Self.users(state: "/home/other/state", deep) == [0, 5])
        #expect(Self.users(state: "/home/other/state", isNamed: true, deep) == [0, 5, 9])
        let named = deep.merging(["/etc/state": .link(owner: 0, target: "/home/other/state")]) { $1 }
        #expect(Self.users(state: "/etc/state", isNamed: true, named) == [0, 5, 9])
    }
}
