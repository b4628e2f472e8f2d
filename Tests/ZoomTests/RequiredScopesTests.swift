import Testing

@testable import Zoom

@Suite("required scopes")
struct RequiredScopesTests {
    private let classic = [
        "user:master", "user:read:admin", "user:write:admin", "account:master", "account:read:admin",
        "account:write:admin", "scim2",
    ]

    @Test("[doc] the classic family, alone, is enough")
    func classicFamily() { #expect(RequiredScopes.missing(from: classic).isEmpty) }

    @Test("[doc] the granular family, alone, is enough")
    func granularFamily() {
        #expect(RequiredScopes.missing(from: RequiredScopes.all.flatMap(\.granular)).isEmpty)
    }

    @Test("every one of them is needed, in either family")
    func each() {
        for required in RequiredScopes.all {
            let lacking = RequiredScopes.missing(from: classic.filter { $0 != required.classic })
            #expect(lacking == [MissingScope(classic: required.classic, granular: required.granular)])
            for name in required.granular {
                let granted = RequiredScopes.all.flatMap(\.granular).filter { $0 != name }
                #expect(
                    RequiredScopes.missing(from: granted) == [MissingScope(classic: required.classic, granular: [name])]
                )
            }
        }
    }

    @Test("nothing granted, everything missing, in words to tick")
    func nothing() {
        #expect(RequiredScopes.missing(from: []).count == 7)
        #expect(
            RequiredScopes.missing(from: classic.dropLast()).map(\.description) == ["scim2 (granular: scim2:admin)"])
        #expect(RequiredScopes.missing(from: ["scim2:admin:extra", "SCIM2"]).count == 7)
    }
}
