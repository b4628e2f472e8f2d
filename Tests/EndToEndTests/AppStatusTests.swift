import Foundation
import TestSupport
import Testing

/// Everything about one app on a page, from a real daemon.
@Suite(.realProcesses) struct AppStatusTests {
    @Test func `a page shows the rotation, who has which secret, and what happened`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 200)
            try eventually("the receipt") {
                try world.must("status", "zoom-prod").output.contains("tests")
            }
            let healthy = try world.must("status", "zoom-prod").output
            #expect(healthy.hasPrefix("● zoom-prod: healthy\n"), "\(healthy)")
            #expect(healthy.contains("policy         rotated only on request; both secrets work for at least 7d"))
            #expect(healthy.contains("client tests fetched generation 1"), "\(healthy)")

            try world.must("rotate", "zoom-prod", "--overlap", "1d")
            let text = try world.must("status", "zoom-prod").output
            #expect(text.hasPrefix("● zoom-prod: rotating\n"), "\(text)")
            #expect(text.contains("verified       accepted by Zoom"), "\(text)")
            #expect(text.contains("✓ pushed ▶ grace period · done") && text.contains("the overlap to end"), "\(text)")
            #expect(text.contains("1, old"), "\(text)")
            let page = try world.must("status", "zoom-prod", "--json").json
            let rotation = try #require(page["rotation"]["id"].string)
            #expect(page["rotation"]["state"].string == "draining" && page["app"]["generation"].int == 2)
            #expect(page["progress"]["step"].string == "draining" && page["progress"]["waits_for"].string == "overlap")
            #expect(page["holders"].elements.first?["generation"].int == 1)
            let events = page["events"].elements.compactMap { $0["event"].string }
            #expect(Set(events) == ["app_added", "fetched", "rotation_started", "secret_live"], "\(events)")

            try world.must("rotation", "finish", rotation, "--yes")
            try eventually("the end of the rotation") {
                try world.must("status", "zoom-prod", "--json").json["rotation"].isNull
            }
            let after = try world.must("status", "zoom-prod").output
            #expect(after.contains("rotation \(rotation.prefix(8)) ended, done"), "\(after)")
            #expect(after.contains("verified       accepted by Zoom"), "\(after)")
        }
    }

    @Test func `times are those of the local clock`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let made = try #require(
                try world.must("status", "zoom-prod", "--json").json["app"]["secret_created_at"].string)
            for zone in ["America/St_Johns", "Europe/Berlin", "UTC"] {
                let date = try world.runner.run(
                    "/usr/bin/env", ["TZ=\(zone)", "LC_ALL=C", "date", "-d", made, "+%a %Y-%m-%d %H:%M %Z"])
                let page = try world.keyturn("status", "zoom-prod", environment: ["TZ": zone])
                let expected = date.output.trimmingCharacters(in: .newlines)
                #expect(!expected.isEmpty && page.output.contains("since \(expected)\n"), "\(expected): \(page)")
            }
        }
    }

    @Test func `a narrow terminal, a long name and a locale without UTF-8 all fit`() throws {
        try withWorld { world in
            let long = String(repeating: "a-long-name", count: 5) + "-of-62."
            try world.addApp(long, verify: false)
            try world.must("client", "add", long, "--uid", "\(geteuid())", "--allow", "\(long):credentials")
            try world.must("client", "remove", "tests", "--yes")
            #expect(try world.get("/v1/apps/\(long)/credentials").status == 200)
            try world.awaitReceipt(of: long)
            let shown = try world.atTerminal(["status", long, "--color", "never"], answering: [], columns: 80)
            let lines = shown.output.split(whereSeparator: \.isNewline)
            for line in lines { #expect(line.count <= 80, "\(line.count): \(line)") }
            #expect(lines.first == "● \(long): healthy" && lines.contains("  \(long)"), "\(shown.output)")
            let plain = try world.keyturn("status", long, environment: ["LC_ALL": "C"])
            #expect(plain.output.utf8.allSatisfy { $0 < 0x80 } && plain.output.hasPrefix("* \(long): healthy\n"))
        }
    }

    @Test func `the exit code is the app's, and an unknown name is no app`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.addApp("zoom-other")
            func check(_ name: String, _ more: String...) throws -> Outcome {
                try world.runner.run(Programs.keyturn, ["status", name, "--check"] + more)
            }
            try world.sandbox.control("POST", "/apps/\(app.clientID)/deactivate")
            #expect(try world.keyturn("token", "zoom-prod", "--refresh").exit == 79)
            let critical = try check("zoom-prod")
            #expect(critical.exit == 2 && critical.output.hasPrefix("● zoom-prod: critical\n"), "\(critical)")
            #expect(
                critical.output.contains("refused by Zoom: see") && critical.output.contains("    try: "), "\(critical)"
            )
            #expect(try check("zoom-prod", "--json").json["problems"].elements.first?["code"].string == "app_disabled")
            #expect(try check("zoom-other").exit == 0)
            let unknown = try check("nothing")
            #expect(unknown.exit == 66 && unknown.complains() && unknown.output.isEmpty, "\(unknown)")
            for more in [["--filter", "x"], ["--limit", "3"], ["--sort", "age"]] {
                #expect(try world.runner.run(Programs.keyturn, ["status", "zoom-prod"] + more).exit == 64, "\(more)")
            }
            try world.must("lock")
            #expect(try check("zoom-prod").exit == 2 && world.keyturn("status", "zoom-prod").exit == 69)
        }
    }

    @Test func `--watch shows one app too, and what becomes of it`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let watching = try world.runner.start(Programs.keyturn, ["status", "zoom-prod", "--watch"])
            func shows(_ words: String) throws -> Bool {
                try String(contentsOfFile: watching.output, encoding: .utf8).contains(words)
            }
            try eventually("the app") { try shows("● zoom-prod: healthy") }
            try world.must("rotate", "zoom-prod", "--overlap", "1d")
            try eventually("its rotation") { try shows("● zoom-prod: rotating") }
            try world.must("lock")
            try eventually("the lock") { try shows("locked") }
            watching.child.end()
            #expect(try watching.outcome().errors.isEmpty)
        }
    }
}
