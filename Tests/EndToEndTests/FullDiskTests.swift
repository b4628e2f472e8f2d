import Foundation
import TestSupport
import Testing

/// A disk without room, in a mount namespace of the daemon's own.
@Suite(.realProcesses) struct FullDiskTests {
    @Test(.enabled(if: SmallDisk.mayMount, SmallDisk.why))
    func `nothing of a failed change is saved, and everything else is served`() throws {
        try withWorld(serving: false) { world in
            let disk = world.directory + "/disk"
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            let environment = ["KEYTURN_STATE_DIR": disk + "/state"]
            let serve = """
                mount -t tmpfs -o size=1m,mode=0700 tmpfs \(disk) && '\(Programs.keyturnd)' init --key-file \(world.keyFile) \
                --recovery-out \(world.recoveryFile) && exec '\(Programs.keyturnd)' serve --key-file \(world.keyFile)
                """
            let daemon = try world.runner.start("unshare", ["-m", "/bin/sh", "-c", serve], environment: environment)
            try eventually("the daemon to listen") {
                guard daemon.child.isRunning else { throw HarnessError("it ended: \(try daemon.outcome())") }
                return world.isHealthy
            }
            try world.admitEverything()
            let app = try world.addApp("zoom-one")
            let token = try world.get("/v1/apps/zoom-one/token").json["access_token"].string

            // The daemon's own view of the disk, from outside.
            let filler = "/proc/\(daemon.child.pid)/root\(disk)/filler"
            try SmallDisk.fill(filler)
            var refused: Outcome?
            for number in 0..<50 where refused == nil {
                let next = try world.sandbox.addApp()
                let outcome = try world.runner.run(
                    Programs.keyturn, world.adding("zoom-more-\(number)", next), input: next.secret)
                if outcome.exit != 0 { refused = outcome }
                try? SmallDisk.fill(filler)
            }
            let full = try #require(refused)
            #expect(full.exit == 74 && full.output.isEmpty && full.complains() && full.errors.contains("disk is full"))
            let client = try world.keyturn("client", "add", "late", "--uid", "1", "--allow", "*:token")
            #expect(client.exit == 74 && client.complains())

            let problem = try #require(
                try world.keyturn("status", "--json").json["problems"].elements.first {
                    $0["code"].string == "disk_full"
                })
            #expect(problem["detail"].string?.contains("\(disk)/state has 0 MiB (") == true, "\(problem)")
            let codes = try world.keyturn("status", "--json").json["problems"].elements.compactMap { $0["code"].string }
            #expect(codes.contains("vault_unwritable"), "\(codes)")
            #expect(world.isHealthy)
            #expect(try world.get("/v1/apps/zoom-one/credentials").json["client_secret"].string == app.secret)
            #expect(try world.get("/v1/apps/zoom-one/token").json["access_token"].string == token)
            let listed = try world.keyturn("app", "list", "--json").json["apps"].elements.compactMap(\.["name"].string)
            #expect(Set(listed) == Set(try world.get("/v1/apps").json["apps"].elements.compactMap(\.["app"].string)))
            for name in listed { #expect(try world.get("/v1/apps/\(name)/credentials").status == 200, "\(name)") }
            let clients = try world.keyturn("client", "list", "--json").json["clients"].elements
            #expect(clients.compactMap(\.["name"].string) == ["tests"])

            // A token that the disk has no room for is still a token.
            #expect(try world.keyturn("token", "zoom-one", "--refresh").exit == 0)
            let fresh = try world.get("/v1/apps/zoom-one/token").json["access_token"].string
            #expect(fresh != nil && fresh != token)

            try FileManager.default.removeItem(atPath: filler)
            #expect(try world.keyturn("client", "add", "late", "--uid", "1", "--allow", "*:token").exit == 0)
            try world.addApp("zoom-late")
            #expect(try !world.problems().contains("vault_unwritable"))
            daemon.child.signal(SIGTERM)
            #expect(try daemon.outcome().exit == 0)
        }
    }
}
