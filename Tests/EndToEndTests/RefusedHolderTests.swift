import Foundation
import TestSupport
import Testing

/// A client that holds a secret which the Marketplace revoked, while a new one was made there.
@Suite(.realProcesses) struct RefusedHolderTests {
    private static let day = 86_400

    /// What is known, and what is under way, when the operator enters the new secret.
    enum Before: CaseIterable, Sendable { case nothing, refusal, lostResponse }

    @Test(arguments: Before.allCases)
    func `a secret that Zoom refuses has no overlap, and its holders are named at once`(before: Before) throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            try world.awaitReceipt()
            if before == .lostResponse {
                try world.sandbox.faultRotation("drop_before", count: 3)
                _ = try world.keyturn("rotate", "zoom-prod")
                try eventually("Zoom to have been asked as often as it may be") {
                    try world.openRotations().first?["reason"].string?.contains("three changes") == true
                }
            }
            try world.sandbox.switches(#"{"ui_regenerate":"revoke_at_once"}"#)
            let new = try world.sandbox.regenerate(app)
            if before == .refusal {
                try world.pass(600, on: clock)
                #expect(try world.post("/v1/apps/zoom-prod/rejected", #"{"generation":1}"#).status == 202)
                try eventually("the refusal") { try world.problems() == ["invalid_client"] }
            }
            let rotated = try world.must("rotate", "zoom-prod", "--manual", "--secret-stdin", input: new).output
            #expect(rotated.contains("old secret expired"), "\(rotated)")
            try eventually("the end of the rotation") { try world.openRotations().isEmpty }
            for _ in 0..<3 {
                #expect(try world.problems() == ["consumer_secret_expired"])
                #expect(try world.keyturn("status", "--check").exit == 2)
                try world.pass(4 * Self.day, on: clock)
            }
            let told = try world.must("status").output
            #expect(told.contains("client 'tests' fetched generation 1 last, whose secret expired at"), "\(told)")
            #expect(try world.fetchedSecret() == new)
            try eventually("the client to have moved") { try world.problems().isEmpty }
        }
    }
}
