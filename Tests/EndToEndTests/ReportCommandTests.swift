import Foundation
import TestSupport
import Testing

/// `keyturn report` of a real daemon.
@Suite(.realProcesses) struct ReportCommandTests {
    @Test func `a report has what was done, by whom, and what the log says of it`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.addApp("zoom-test")
            try world.must("app", "set", "zoom-prod", "--label", "env=prod", "--owner", "<b>team")
            _ = try world.get("/v1/apps/zoom-prod/credentials")
            try world.must("rotate", "zoom-prod", "--overlap", "1d")
            for _ in 0..<3 { _ = try world.get("/v1/apps/zoom-prod/credentials") }
            _ = try world.curl("/v1/apps/nothing/credentials")

            let report = try world.must("report", "--json").json
            #expect(report["apps"].elements.map { $0["name"].string } == ["zoom-prod", "zoom-test"])
            let rotation = try #require(report["apps"].elements.first?["rotations"].elements.first)
            #expect(rotation["asked_by"].string?.isEmpty == false && rotation["state"].string == "draining")
            for member in [
                "asked_at", "received_at", "verified_at", "live_at", "grace_period_at", "old_secret_ends_at",
            ] {
                #expect(rotation[member].unixSeconds != nil, "\(member): \(rotation)")
            }
            #expect(rotation["zoom_asked_at"].elements.count == 1)
            let consumer = try #require(rotation["consumers"].elements.first)
            #expect(consumer["name"].string == "tests" && consumer["at"].unixSeconds != nil)
            let fetched = try #require(report["apps"].elements.first)["requests"].elements
            #expect(fetched.map { $0["generation"].int } == [1, 2] && fetched.last?["count"].int == 3, "\(fetched)")
            let actions = report["actions"].elements.map { $0["action"].string }
            #expect(actions.first == "rotation.rotate" && actions.contains("app.set") && actions.contains("client.add"))
            #expect(!actions.contains("credentials.get"))
            // The head is the one that the log has.
            let last = try #require(try world.audit.documents.last { $0["seq"].int == report["audit"]["last"].int })
            #expect(last["mac"].string == report["audit"]["code"].string)
            #expect(report["audit"]["findings"].elements.isEmpty)

            let one = try world.must("report", "--label", "env=prod", "--json").json
            #expect(one["apps"].elements.map { $0["name"].string } == ["zoom-prod"])
            #expect(one["selection"].string == "env=prod")
            #expect(try world.keyturn("report", "--app", "nothing-*", "--csv").exit == 66)
            // A rotation that began before the period has all of its evidence.
            let late = try world.must("report", "--app", "zoom-prod", "--since", "0s", "--json").json
            let begun = try #require(late["apps"].elements.first?["rotations"].elements.first)
            #expect(
                begun["zoom_asked_at"].elements.count == 1 && begun["first_line"].int == rotation["first_line"].int)
            let early = try world.must("report", "--app", "zoom-test", "--since", "0s", "--json").json
            #expect(early["apps"].elements.first?["rotations"].elements.isEmpty == true)
        }
    }

    @Test func `a page and a table are written, and nobody else may read the page`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("app", "set", "zoom-prod", "--owner", "<b>=team")
            let file = world.directory + "/report.html"
            let told = try world.must("report", "--html", file)
            #expect(told.output == "\(file): 1 app\n")
            let page = try String(contentsOfFile: file, encoding: .utf8)
            #expect(
                page.contains("&lt;b&gt;=team") && page.contains("id=\"app-zoom-prod\"") && page.hasSuffix("</html>\n"))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let table = try world.must("report", "--csv").output
            #expect(table.hasPrefix("app,owner,") && table.contains("\r\nzoom-prod,<b>=team,"), "\(table)")
            for arguments in [[], ["--csv", "--json"], ["--html", file, "--csv"]] {
                let outcome = try world.runner.run(Programs.keyturn, ["report"] + arguments)
                #expect(outcome.exit == 64 && outcome.complains(), "\(outcome)")
            }
            let nowhere = try world.keyturn("report", "--html", world.directory + "/none/report.html")
            #expect(nowhere.exit == 66 && nowhere.complains(), "\(nowhere)")
        }
    }

    @Test func `a report of a changed log says so, and fails`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let path = world.auditDirectory + "/audit-00000001.jsonl"
            let text = try String(contentsOfFile: path, encoding: .utf8)
                .replacing("zoom-prod", with: "zoom-prot", maxReplacements: 1)
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.write(contentsOf: Data(text.utf8))
            let file = world.directory + "/report.html"
            let outcome = try world.keyturn("report", "--html", file)
            #expect(outcome.exit == 65 && outcome.errors.contains("was changed after line"), "\(outcome)")
            #expect(try String(contentsOfFile: file, encoding: .utf8).contains("It is not as it was written"))
        }
    }

    @Test func `a live report is for the browser that opened its link, and ends with the command`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let command = try world.runner.start(Programs.keyturn, ["report", "--serve"])
            defer { command.child.end() }
            var link = ""
            try eventually("the link") {
                link =
                    try String(contentsOfFile: command.output, encoding: .utf8).split(separator: "\n").first
                    .map(String.init) ?? ""
                return link.hasPrefix("http://127.0.0.1:")
            }
            func get(_ url: String, _ more: String...) throws -> Outcome {
                try world.runner.run("curl", ["-s", "-i", "--max-time", "20"] + more + [url])
            }
            let base = link.split(separator: "/").prefix(2).joined(separator: "//")
            #expect(try get(base + "/").output.hasPrefix("HTTP/1.1 404 "))
            #expect(try get(link, "-H", "Host: evil.example").output.hasPrefix("HTTP/1.1 400 "))
            #expect(try get(link, "-H", "Origin: http://evil.example").output.hasPrefix("HTTP/1.1 403 "))
            #expect(try get(link, "-X", "POST").output.hasPrefix("HTTP/1.1 405 "))
            let moved = try get(link).output
            let path = try #require(moved.firstMatch(of: #/Location: (\/[0-9a-f]{64})\r\n/#)).output.1
            #expect(moved.hasPrefix("HTTP/1.1 303 ") && !link.hasSuffix(path))
            #expect(try get(link).output.hasPrefix("HTTP/1.1 403 "), "it works once")
            let page = try get(base + path).output
            #expect(page.hasPrefix("HTTP/1.1 200 ") && page.contains("id=\"app-zoom-prod\""), "\(page)")
            for field in [
                "Content-Security-Policy: default-src 'none'", "X-Frame-Options: DENY", "Cache-Control: no-store",
            ] {
                #expect(page.contains(field), "\(field)")
            }
            #expect(page.contains("http-equiv=\"refresh\""))
            command.child.end()
            #expect(try get(base + path).exit == 7, "nobody listens")
        }
    }
}
