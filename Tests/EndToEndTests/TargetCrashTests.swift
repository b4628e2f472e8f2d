import Foundation
import Testing

/// The daemon is killed at each moment around a push, and started again. Only debug builds of it can be told where.
@Suite(.realProcesses) struct TargetCrashTests {
    @Test(arguments: [
        "beforePublish:1", "beforePush:1", "afterPush:1", "afterDeliver:1", "afterPublish:1", "afterPublish:2",
    ]) func `a kill around a push loses nothing`(_ fault: String) throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            let console = try world.console()
            defer { console.end() }
            try world.addTarget(console, "--settle", "30s")
            try world.stop()
            try world.start(environment: clock.environment.merging(["KEYTURN_FAULT": fault]) { $1 })
            _ = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s")
            // The second publication is made once the engines had their time.
            if fault.hasSuffix(":2") { try world.pass(40, on: clock) }
            let killed = try? world.daemon.child.wait()
            #expect(killed == .signal(SIGKILL), "the point was not reached")

            // Whatever the console had taken is a secret that Zoom takes.
            let there = try console.secret()
            #expect(try there == "placeholder" || world.sandbox.accepts(there, of: app))
            try world.start(environment: clock.environment)
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            let secret = try world.fetchedSecret()
            #expect(try secret != app.secret && world.sandbox.accepts(secret, of: app))
            #expect(try console.engineSecret() == secret)
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            #expect(try world.history().last?["state"].string == "retired")
        }
    }
}
