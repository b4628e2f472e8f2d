import Domain
import TestSupport
import Testing
import Vault

@Suite struct ClientPoliciesTests {
    private static let policies = ClientPolicies([
        .sample("b-any", uid: 1000, grants: [Grant(target: .any, permissions: [.token])]),
        .sample(
            "a-group", uid: 1000, gid: 50,
            grants: [Grant(target: .app(.test("alpha")), permissions: [.credentials, .token])]),
        .sample("c-nothing", uid: 1001, grants: []),
        .sample("d-no-permissions", uid: 1002, grants: [Grant(target: .any, permissions: [])]),
        .sample(
            "e-two", uid: 0,
            grants: [
                Grant(target: .app(.test("alpha")), permissions: [.credentials]),
                Grant(target: .app(.test("beta")), permissions: [.token]),
            ]),
    ])

    @Test(
        arguments: [
            (1000, 50, "alpha", Permission.token, "a-group"), (1000, 50, "alpha", .credentials, "a-group"),
            (1000, 50, "beta", .token, "b-any"), (1000, 50, "beta", .credentials, nil),
            (1000, 51, "alpha", .token, "b-any"),
            (1000, 51, "alpha", .credentials, nil), (1001, 50, "alpha", .token, nil), (1002, 50, "alpha", .token, nil),
            (0, 0, "alpha", .credentials, "e-two"), (0, 0, "alpha", .token, nil), (0, 0, "beta", .token, "e-two"),
            (0, 0, "beta", .credentials, nil), (0, 0, "gamma", .token, nil), (4242, 50, "alpha", .token, nil),
        ] as [(UInt32, UInt32, String, Permission, String?)])
    func `each client has what its policy grants, and the verdict names the policy`(
        uid: UInt32, gid: UInt32, app: String, permission: Permission, client: String?
    ) {
        let identity = Identity(uid: uid, gid: gid, pid: 1)
        #expect(Self.policies.decide(identity, app: .test(app), permission: permission).client?.description == client)
    }

    @Test(
        arguments: [
            (1000, 51, "alpha", true), (1001, 50, "alpha", false), (1002, 50, "alpha", false), (0, 0, "alpha", true),
            (0, 0, "gamma", false), (4242, 0, "alpha", false),
        ] as [(UInt32, UInt32, String, Bool)]) func `only a client with a policy for an app learns that it exists`(
            uid: UInt32, gid: UInt32, app: String, may: Bool
        )
    {
        #expect(Self.policies.visibleApps(to: Identity(uid: uid, gid: gid, pid: 1)).contains(.test(app)) == may)
    }
}
