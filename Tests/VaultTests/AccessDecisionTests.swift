import Domain
import TestSupport
import Testing

@testable import Vault

/// Why somebody is served or not.
@Suite struct AccessDecisionTests {
    private static let grants = [Grant(target: .app(.test("alpha")), permissions: [.token])]

    private static func policies(_ selectors: Selectors, reassignedUIDs: [String: String] = [:]) -> ClientPolicies {
        ClientPolicies(
            [
                Client(
                    id: "id", name: .test("ping"), selectors: selectors, grants: grants,
                    createdAt: .init(unixSeconds: 0))
            ],
            reassignedUIDs: reassignedUIDs)
    }

    private static let unit = UnitName("ping.service")
    private static let strict = Selectors(
        uid: 1000, user: "ann", gid: 50, unit: unit, executable: "/usr/bin/ping", allowsForeign: false)
    private static let right = ProcessFacts(unit: unit, slice: nil, executable: "/usr/bin/ping")

    private static func caller(
        uid: UInt32 = 1000, gid: UInt32 = 50, groups: [UInt32]? = nil, foreign: Bool = false,
        _ process: ProcessFacts? = right
    ) -> Identity {
        Identity(uid: uid, gid: gid, pid: 1, isForeign: foreign, groups: groups, process: process)
    }

    @Test(
        arguments: [
            (caller(), nil), (caller(gid: 1, groups: [2, 50]), nil),
            (caller(uid: 1001), .unknownUser(1001)),
            (caller(gid: 51), .client(.test("ping"), .group(wanted: 50))),
            (caller(gid: 51, groups: [52]), .client(.test("ping"), .group(wanted: 50))),
            (caller(foreign: true), .client(.test("ping"), .foreign)),
            (caller(nil), .client(.test("ping"), .unit(wanted: "ping.service", found: nil))),
            (
                caller(ProcessFacts(unit: UnitName("cron.service"), slice: nil, executable: "/usr/bin/ping")),
                .client(.test("ping"), .unit(wanted: "ping.service", found: "cron.service"))
            ),
            (
                caller(ProcessFacts(unit: unit, slice: nil, executable: "/usr/bin/pin")),
                .client(.test("ping"), .executable(wanted: "/usr/bin/ping", found: "/usr/bin/pin"))
            ),
            (
                caller(ProcessFacts(unit: unit, slice: nil, executable: nil)),
                .client(.test("ping"), .executable(wanted: "/usr/bin/ping", found: nil))
            ),
        ] as [(Identity, AccessDenial?)])
    func `all selectors must match, and the first that does not is the reason`(
        _ caller: Identity, _ denial: AccessDenial?
    ) {
        switch Self.policies(Self.strict).decide(caller, app: .test("alpha"), permission: .token) {
        case .allowed(let client): #expect(denial == nil && client == .test("ping"))
        case .denied(let reason): #expect(reason == denial)
        }
        #expect(Self.policies(Self.strict).visibleApps(to: caller).contains(.test("alpha")) == (denial == nil))
    }

    @Test func `a grant that is missing is told from a selector that does not match`() {
        let policies = Self.policies(Self.strict)
        func reason(_ app: String, _ permission: Permission) -> AccessDenial? {
            if case .denied(let reason) = policies.decide(Self.caller(), app: .test(app), permission: permission) {
                reason
            } else {
                nil
            }
        }
        #expect(reason("alpha", .credentials) == .client(.test("ping"), .permission(.credentials)))
        #expect(reason("beta", .token) == .client(.test("ping"), .app))
    }

    @Test func `a uid that is somebody else's by now matches nothing`() {
        let policies = Self.policies(Self.strict, reassignedUIDs: ["id": "eve"])
        let decision = policies.decide(Self.caller(), app: .test("alpha"), permission: .token)
        guard case .denied(let reason) = decision else { return #expect(Bool(false)) }
        #expect(reason == .client(.test("ping"), .user(wanted: "ann", now: "eve")))
        #expect(reason.description.contains("'eve'"))
        #expect(!policies.visibleApps(to: Self.caller()).contains(.test("alpha")))
    }

    @Test func `a policy may ask for callers from another namespace`() {
        let policies = Self.policies(Selectors(uid: 1000, user: nil, allowsForeign: true))
        for foreign in [true, false] {
            #expect(
                policies.decide(Self.caller(foreign: foreign, nil), app: .test("alpha"), permission: .token).client
                    != nil)
        }
    }

    @Test func `of several policies the one that came nearest is the reason`() {
        let near = Client.sample("near", uid: 1, grants: Self.grants)
        let far = Client.sample("a-far", uid: 1, gid: 9, grants: Self.grants)
        let policies = ClientPolicies([far, near])
        let decision = policies.decide(Identity(uid: 1, gid: 1, pid: 1), app: .test("alpha"), permission: .credentials)
        guard case .denied(let reason) = decision else { return #expect(Bool(false)) }
        #expect(reason == .client(.test("near"), .permission(.credentials)))
    }

    @Test func `no more is looked up than the policies of a uid ask for`() {
        let policies = ClientPolicies([
            .sample("plain", uid: 1), .sample("group", uid: 2, gid: 5),
            Client(
                id: "u", name: .test("unit"), selectors: Selectors(uid: 3, user: nil, unit: Self.unit), grants: [],
                createdAt: .init(unixSeconds: 0)),
            Client(
                id: "e", name: .test("exe"), selectors: Selectors(uid: 3, user: nil, gid: 4, executable: "/x"),
                grants: [], createdAt: .init(unixSeconds: 0)),
        ])
        #expect(policies.needs(of: 1) == [] && policies.needs(of: 2) == [.groups])
        #expect(policies.needs(of: 3) == [.groups, .process] && policies.needs(of: 4) == [])
    }
}
