import Domain
import Scheduling
import TestSupport
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("30d", 2_592_000, "30d"), ("12h", 43_200, "12h"), ("45m", 2_700, "45m"), ("90s", 90, "1m30s"),
        ("0s", 0, "0s"), ("0d", 0, "0s"), ("1d12h", 129_600, "1d12h"), ("36h", 129_600, "1d12h"),
        ("1d1h1m1s", 90_061, "1d1h1m1s"), ("1d1s", 86_401, "1d1s"), ("59s", 59, "59s"), ("60s", 60, "1m"),
        ("3650d", 315_360_000, "3650d"), ("315360000s", 315_360_000, "3650d"),
    ]) func `a duration is read in seconds and written in its canonical form`(
        text: String, seconds: Int, canonical: String
    ) throws {
        let duration = try DurationText(text)
        #expect(duration.seconds == seconds && duration.description == canonical)
        #expect(DurationText(seconds: seconds) == duration)
    }

    @Test(arguments: [
        "", " ", "d", "30", "30 d", " 30d", "30d ", "30D", "-1d", "+1d", "1.5h", "1,5h", "030d", "00s", "1h1d",
        "1d1d",
        "1d1", "1w", "1y", "1ms", "P30D", "1d-1h", "3651d", "3650d1s", "315360001s", "999999999d", "1000000000s",
        "99999999999999999999d", "1d\u{0}", "\u{0661}d", "1d\n", "1d 12h", String(repeating: "1d", count: 10_000),
    ]) func `whatever is not exactly a duration is refused`(text: String) {
        #expect(code { () throws(ScheduleError) in _ = try DurationText(text) } == .duration)
    }

    @Test(arguments: [-1, 315_360_001, .max, .min]) func `seconds out of bounds are no duration`(seconds: Int) {
        #expect(DurationText(seconds: seconds) == nil)
    }

    @Test func `an error says what was wrong and gives an example`() throws {
        let error = #expect(throws: ScheduleError.self) { try DurationText("1h1d") }
        #expect(error?.detail == "'1h1d' is no duration: the units are d, h, m and s, in this order, each once")
        #expect(error?.hint == "write it like 30d, 12h, 45m, 90s or 1d12h")
    }

    @Test func `random text never crashes, and what is written reads back`() throws {
        var random = Dice(1)
        var read = 0
        for _ in 0..<5_000 {
            guard let duration = try? DurationText(random.text("0123459dhms", upTo: 8)) else { continue }
            read += 1
            #expect(try DurationText(duration.description) == duration)
        }
        #expect(read > 25)
        for _ in 0..<2_000 {
            let duration = try #require(DurationText(seconds: .random(in: 0...DurationText.longest, using: &random)))
            #expect(try DurationText(duration.description) == duration)
        }
    }
}
