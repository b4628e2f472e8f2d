import Testing

@testable import Domain

@Suite struct LabelsTests {
    @Test(arguments: [
        "team=identity", "env=", "a=x.y-Z_9", "example.com-a=1", "k=" + String(repeating: "v", count: 63),
    ])
    func `a key with a value is a label`(_ text: String) throws {
        #expect(try #require(Label(text)).description == text)
    }

    @Test(arguments: [
        "", "team", "=x", "Team=x", "-a=x", "a=-x", "a=x-", "a=x=y", "a=x y", "a=ü", "a=x\n", "a=\"x\"", "a=x/y",
        "k=" + String(repeating: "v", count: 64), String(repeating: "k", count: 64) + "=v",
    ])
    func `anything else is none, and is not mended`(_ text: String) {
        #expect(Label(text) == nil)
    }

    @Test func `a key is there once, and labels are in the order of their keys`() throws {
        func labels(_ texts: String...) -> Labels? { Labels(texts.compactMap { Label($0) }) }
        let both = try #require(labels("team=a", "env=b"))
        #expect(both.all.map(\.description) == ["env=b", "team=a"])
        #expect(labels("team=a", "team=b") == nil)
        let many = (0...Labels.most).compactMap { Label("k\($0)=") }
        #expect(many.count == Labels.most + 1 && Labels(many) == nil && Labels(many.dropLast()) != nil)
    }

    @Test func `a change replaces by key, removes, and leaves the rest`() throws {
        let known = try #require(Labels(["env=prod", "team=a", "tier=1"].compactMap { Label($0) }))
        let added = try #require(Labels(["team=b", "new="].compactMap { Label($0) }))
        let changed = try #require(
            known.changed(adding: added, removing: [Name("tier"), Name("none")].compactMap(\.self)))
        #expect(changed.all.map(\.description) == ["env=prod", "new=", "team=b"])
        let full = try #require(Labels((0..<Labels.most).compactMap { Label("k\($0)=") }))
        #expect(full.changed(adding: added, removing: []) == nil, "more than anybody may have")
    }

    @Test func `a condition asks for a key, or for a value too`() throws {
        let labels = try #require(Labels(["env=prod", "empty="].compactMap { Label($0) }))
        for (condition, isMet) in [
            ("env", true), ("env=prod", true), ("env=test", false), ("env=", false), ("empty", true), ("empty=", true),
            ("none", false), ("none=", false), ("prod", false),
        ] {
            #expect(try #require(LabelCondition(condition)).matches(labels) == isMet, "\(condition)")
        }
        #expect(LabelCondition("Env") == nil && LabelCondition("") == nil && LabelCondition("a=b c") == nil)
    }
}
