import Testing

/// What a code means, for whoever sees it at three in the morning.
@Suite(.realProcesses) struct ExplainErrorTests {
    @Test func `a code is explained without a daemon, and an unknown one leads to the nearest`() throws {
        try withWorld(serving: false) { world in
            let held = try world.must("explain-error", "rotation_blocked").output
            #expect(
                held.hasPrefix("rotation_blocked, problem in keyturn status\n")
                    && held.contains("\n  try: keyturn rotation show ID"))
            #expect(try world.must("explain-error", "2000").output.contains("15 minutes"))
            #expect(try world.must("explain-error", "75").output.contains("exit code"))
            let unknown = try world.keyturn("explain-error", "rotation-block")
            #expect(unknown.exit == 66 && unknown.complains() && unknown.output.isEmpty)
            #expect(unknown.errors.contains("try: keyturn explain-error rotation_blocked"))
            let all = try world.must("explain-error").output
            for code in ["not_granted", "79", "invalid_client", "1401", "editors"] {
                #expect(all.contains("  \(code) "))
            }
        }
    }

    @Test func `as JSON an explanation is one document`() throws {
        try withWorld(serving: false) { world in
            let codes = try world.must("explain-error", "unreachable", "--json").json["codes"].elements
            #expect(codes.compactMap { $0["origin"].string } == ["zoom", "pingfederate"])
            #expect(codes.allSatisfy { $0["meaning"].string != nil && $0["try"].string != nil })
            #expect(try world.must("explain-error", "--json").json["codes"].elements.count > 90)
        }
    }
}
