import Domain
import Testing

@testable import Zoom

@Suite struct MissingScopeTests {
    private let classic = [
        "user:master", "user:read:admin", "user:write:admin", "account:master", "account:read:admin",
        "account:write:admin", "scim2",
    ]

    @Test func `[doc] the classic family, alone, is enough`() { #expect(RequiredScope.missing(from: classic).isEmpty) }

    @Test func `[doc] the granular family, alone, is enough`() {
        #expect(RequiredScope.missing(from: RequiredScope.all.flatMap(\.granular)).isEmpty)
    }

    @Test func `every one of them is needed, in either family`() {
        for required in RequiredScope.all {
            let lacking = RequiredScope.missing(from: classic.filter { $0 != required.classic })
            #expect(lacking == [MissingScope(classic: required.classic, granular: required.granular)])
            for name in required.granular {
                let granted = RequiredScope.all.flatMap(\.granular).filter { $0 != name }
                #expect(
                    RequiredScope.missing(from: granted) == [MissingScope(classic: required.classic, granular: [name])]
                )
            }
        }
    }

    @Test func `without any scope every one is missing, by the names of the Marketplace`() {
        #expect(RequiredScope.missing(from: []).count == 7)
        #expect(
            RequiredScope.missing(from: classic.dropLast()).map(\.description) == ["scim2 (granular: scim2:admin)"])
        #expect(RequiredScope.missing(from: ["scim2:admin:extra", "SCIM2"]).count == 7)
    }
}
