import Foundation
import TestSupport
import Testing

/// Zoom made a secret, and an operator entered another one before Zoom accepted it.
@Suite(.realProcesses) struct SecondSecretTests {
    @Test func `Zoom's own secret is not lost when another one is entered, and clients get it once they need it`()
        throws
    {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            try world.sandbox.switches(#"{"new_secret_delay_seconds":120}"#)
            _ = try world.ask("POST", "/v1/apps/zoom-prod/rotate", body: #"{"overlap":0}"#)
            try eventually("the answer") { try world.openRotations().first?["state"].string == "received" }
            try world.sandbox.switches(#"{"new_secret_delay_seconds":0}"#)
            let entered = try world.sandbox.regenerate(app)
            try world.must("rotate", "zoom-prod", "--manual", "--secret-stdin", input: entered)
            #expect(try world.fetchedSecret() == entered)

            try eventually("the other secret to be accepted") {
                try world.pass(60, on: clock)
                return try world.problems().contains("second_secret")
            }
            let told = try world.must("status").output
            #expect(told.contains("Zoom also accepts a secret that it gave at"), "\(told)")
            // A new process knows it, too.
            try world.crash()
            try world.start(environment: clock.environment)
            #expect(try world.problems().contains("second_secret"))

            try world.sandbox.switches(#"{"ui_regenerate":"revoke_at_once"}"#)
            _ = try world.sandbox.regenerate(app)
            #expect(try world.post("/v1/apps/zoom-prod/rejected", #"{"generation":2}"#).status == 202)
            try eventually("the other secret to be handed out") {
                try world.pass(60, on: clock)
                return try world.fetchedSecret() != entered
            }
            #expect(try world.sandbox.accepts(world.fetchedSecret(), of: app))
        }
    }
}
