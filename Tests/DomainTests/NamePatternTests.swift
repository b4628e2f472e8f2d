import Testing

@testable import Domain

@Suite struct NamePatternTests {
    @Test(arguments: [
        ("zoom-*", "zoom-a", true), ("zoom-*", "zoom-", true), ("zoom-*", "zoom", false), ("*", "x", true),
        ("*-prod", "hr-prod", true), ("*-prod", "hr-prod-2", false), ("a*b*c", "abc", true), ("a*b*c", "a1b2c", true),
        ("a*b*c", "acb", false), ("a*a", "a", false), ("hr", "hr", true), ("hr", "hr2", false), ("*r*", "hr2", true),
    ])
    func `a star stands for any characters, and nothing else does`(
        _ pattern: String, _ name: String, _ isMatch: Bool
    ) throws {
        #expect(try #require(NamePattern(pattern)).matches(try #require(Name(name))) == isMatch)
    }

    @Test(arguments: ["", "Zoom-*", "zoom *", "zoom?", "a/*", "*\n", String(repeating: "*", count: 64)])
    func `what no name could match is no pattern`(_ text: String) { #expect(NamePattern(text) == nil) }

    @Test func `a name is one, and a pattern is none`() {
        #expect(NamePattern("zoom")?.name == Name("zoom") && NamePattern("zoom-*")?.name == nil)
        #expect(NamePattern("*") != nil && NamePattern("-*") != nil)
    }
}
