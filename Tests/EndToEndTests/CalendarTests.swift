import Foundation
import TestSupport
import Testing

/// What falls due, from a real daemon: as a grid, as JSON, and as a file that another program reads.
@Suite(.realProcesses) struct CalendarTests {
    /// Reads a calendar strictly by RFC 5545, and prints its events as JSON. If there is the library icalendar, it must
    /// read the same.
    private static let reader = """
        import json, re, sys
        data = open(sys.argv[1], "rb").read()
        assert data.endswith(b"\\r\\n"), "the last line does not end"
        raw = data[:-2].split(b"\\r\\n")
        assert not any(b"\\r" in line or b"\\n" in line for line in raw), "a line end that is not CRLF"
        assert all(len(line) <= 75 for line in raw), "a line of more than 75 octets"
        lines = data[:-2].replace(b"\\r\\n ", b"").decode("utf-8").split("\\r\\n")
        events, event, properties, depth = [], None, {}, []
        for line in lines:
            match = re.fullmatch(r"([A-Z][A-Z0-9-]*):(.*)", line)
            assert match, "not a content line: " + line
            name, value = match.groups()
            if name == "BEGIN":
                depth.append(value)
                event = {} if value == "VEVENT" else event
            elif name == "END":
                assert depth.pop() == value, "components are not nested"
                if value == "VEVENT":
                    events.append(event)
                    event = None
            else:
                here = properties if event is None else event
                assert name not in here, name + " is there twice"
                if name in ("SUMMARY", "DESCRIPTION", "UID"):
                    assert re.fullmatch(r'(?:[^\\\\;,\\x00-\\x08\\x0a-\\x1f]|\\\\[\\\\;,nN])*', value), "not escaped: " + value
                    value = re.sub(r"\\\\(.)", lambda m: "\\n" if m[1] in "nN" else m[1], value)
                if name.startswith("DT"):
                    assert re.fullmatch(r"\\d{8}T\\d{6}Z", value), value
                here[name] = value
        assert not depth and properties["VERSION"] == "2.0" and properties["PRODID"]
        for event in events:
            assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(event), event
            assert event.get("DTEND", "9") > event["DTSTART"], event
        assert len({event["UID"] for event in events}) == len(events), "a UID is there twice"
        try:
            import icalendar
            other = icalendar.Calendar.from_ical(data).walk("VEVENT")
            assert [str(one["UID"]) for one in other] == [one["UID"] for one in events]
            assert [str(one["DESCRIPTION"]) for one in other] == [one["DESCRIPTION"] for one in events]
        except ImportError:
            pass
        print(json.dumps(events))
        """

    private static func events(_ file: String, _ world: World) throws -> [JSON] {
        let outcome = try world.runner.run("/usr/bin/env", ["python3", "-c", reader, file])
        #expect(outcome.exit == 0, "\(outcome)")
        return try outcome.json.elements
    }

    @Test func `scheduled rotations, windows and ends of secrets are in the grid, in JSON and in the file`() throws {
        try withWorld { world in
            for name in ["zoom-prod", "zoom-test", "zoom-old"] { try world.addApp(name) }
            #expect(try world.must("calendar").output.hasSuffix("\nnothing is due\n"))
            for name in ["zoom-prod", "zoom-old"] {
                try world.must(
                    "app", "set", name, "--rotate-every", "7d", "--window", "daily 23:00-01:00", "--timezone",
                    "Europe/Berlin")
            }
            try world.must("pause", "zoom-old")
            try world.must("rotate", "zoom-test", "--overlap", "1d")

            let json = try world.must("calendar", "--json").json
            let kinds = json["events"].elements.compactMap { event in
                event["app"].string.map { "\($0) \(event["kind"].string ?? "")" }
            }
            #expect(
                kinds.count { $0 == "zoom-prod rotation" } >= 4 && kinds.contains("zoom-test secret_ends"), "\(kinds)")
            #expect(kinds.contains("zoom-test overlap_ends"), "the old secret is revoked in a day: \(kinds)")
            #expect(!kinds.contains("zoom-old rotation") && json["paused"].elements.first?.string == "zoom-old")
            let openings = try #require(json["windows"].elements.first)["openings"].elements
            #expect((30...31).contains(openings.count) && json["windows"].elements.first?["apps"].int == 2)
            let next = try world.must("app", "show", "zoom-prod", "--json").json["rotation"]["next_at"].string
            #expect(json["events"].elements.first { $0["app"].string == "zoom-prod" }?["at"].string == next)

            let grid = try world.must("calendar").output
            #expect(grid.contains("Mon        Tue        Wed") && grid.contains("1 rotate"), "\(grid)")
            #expect(grid.contains("zoom-test a secret ends: generation 1, the old secret, is revoked"), "\(grid)")
            #expect(grid.contains("1 overlap") && grid.contains("zoom-test an overlap ends: generation 1"), "\(grid)")
            #expect(grid.contains("daily 23:00-01:00 Europe/Berlin: 2 apps") && grid.contains("\n  zoom-old\n"))

            let file = world.directory + "/keyturn.ics"
            try world.must("calendar", "--ics", file)
            let first = try Self.events(file, world)
            #expect(first.count == json["events"].elements.count + openings.count)
            #expect(first.contains { $0["SUMMARY"].string == "zoom-prod: rotation" })
            #expect(first.contains { $0["SUMMARY"].string == "zoom-test: an overlap ends" })
            let printed = try world.must("calendar", "--ics", "-").output
            #expect(printed.hasPrefix("BEGIN:VCALENDAR\r\n") && printed.hasSuffix("END:VCALENDAR\r\n"), "\(printed)")
            #expect(!FileManager.default.fileExists(atPath: "-"))
            try world.must("calendar", "--ics", file)
            #expect(try Self.events(file, world).map { $0["UID"].string } == first.map { $0["UID"].string })
        }
    }

    @Test func `one app, a number of days, and what cannot be shown`() throws {
        try withWorld { world in
            for name in ["zoom-prod", "zoom-test"] {
                try world.addApp(name, verify: false)
                try world.must("app", "set", name, "--rotate-every", "30d")
            }
            let apps = try world.must("calendar", "zoom-prod", "--days", "90", "--json").json["events"].elements
            #expect(Set(apps.compactMap { $0["app"].string }) == ["zoom-prod"] && apps.count >= 3)
            #expect(apps.map { $0["expected"].bool } == [false] + apps.dropFirst().map { _ in true })
            #expect(try world.keyturn("calendar", "nothing").exit == 66)
            for wrong in [["--days", "0"], ["--days", "367"], ["--json", "--ics", "x"]] {
                #expect(try world.runner.run(Programs.keyturn, ["calendar"] + wrong).exit == 64, "\(wrong)")
            }
            #expect(try world.keyturn("calendar", "--ics", world.directory + "/none/x.ics").exit == 66)
            let narrow = try world.atTerminal(["calendar", "--days", "366"], answering: [], columns: 80)
            for line in narrow.output.replacing(#/\u{1B}\[\d+m/#, with: "").split(whereSeparator: \.isNewline) {
                #expect(line.count <= 80, "\(line)")
            }
            try world.must("lock")
            #expect(try world.keyturn("calendar").exit == 69)
        }
    }
}
