import Domain
import SocketAPI
import Testing

@Suite struct PathsTests {
    private static let own = "/run/user/1000/keyturn"

    private func paths(
        _ environment: [String: String] = [:], runtime: String? = nil, isRoot: Bool = false, there: Set<String>
    ) -> Paths {
        var environment = environment
        environment["XDG_RUNTIME_DIR"] = "/run/user/1000"
        environment["HOME"] = "/home/ada"
        return Paths(runtimeDirectory: runtime, environment: { environment[$0] }, isRoot: isRoot)
            .forClient { there.contains($0) }
    }

    @Test(
        arguments: [
            (["\(own)/admin/admin.sock", "/run/keyturn"], own, nil),
            (["\(own)/agent/agent.sock", "/run/keyturn"], own, nil),
            (["/run/keyturn"], "/run/keyturn", own), ([], own, "/run/keyturn"), (["\(own)/admin/admin.sock"], own, nil),
        ] as [(Set<String>, String, String?)]) func `a client looks at this user's own sockets, else at the system's`(
            there: Set<String>, runtime: String, other: String?
        )
    {
        let found = paths(there: there)
        #expect(found.runtimeDirectory == runtime && found.otherRuntimeDirectory == other)
        #expect(found.stateDirectory == (runtime == Self.own ? "/home/ada/.local/state/keyturn" : "/var/lib/keyturn"))
    }

    @Test func `an explicit path is used as given, and root uses the system's socket alone`() {
        #expect(paths(runtime: "/tmp/x", there: ["/run/keyturn"]).runtimeDirectory == "/tmp/x")
        #expect(paths(["KEYTURN_RUNTIME_DIR": "/tmp/y"], there: ["/run/keyturn"]).runtimeDirectory == "/tmp/y")
        #expect(paths(["KEYTURN_STATE_DIR": "/tmp/z"], there: ["/run/keyturn"]).runtimeDirectory == Self.own)
        let root = paths(isRoot: true, there: [])
        #expect(root.runtimeDirectory == "/run/keyturn" && root.otherRuntimeDirectory == nil)
    }

    @Test func `an error names both paths, and how to bring back a socket of systemd's`() {
        let gone = ClientError.notRunning(path: "/run/keyturn/admin/admin.sock", nor: Self.own + "/admin/admin.sock")
        #expect(
            gone.description
                == "the daemon is not running: there is no socket at /run/keyturn/admin/admin.sock, nor at \(Self.own)/admin/admin.sock"
        )
        #expect(
            gone.hint?.hasPrefix("systemctl restart keyturn-agent.socket keyturn-admin.socket keyturnd.service") == true
        )
        let closed = ClientError.permissionDenied(path: "/run/keyturn/admin/admin.sock")
        #expect(closed.hint?.contains("admin.viewer_group") == true)
        #expect(ClientError.notRunning(path: Self.own).hint?.contains("keyturnd serve") == true)
    }
}
