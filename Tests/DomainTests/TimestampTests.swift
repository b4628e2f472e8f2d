import Domain
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (1_795_453_200, "2026-11-23T17:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"), (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (4_107_456_000, "2100-02-28T00:00:00Z"),
            (-2_203_891_200, "1900-03-01T00:00:00Z"), (2_147_483_648, "2038-01-19T03:14:08Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int, String)]) func `a second is written and read as RFC 3339 in UTC`(seconds: Int, text: String)
    {
        #expect(Timestamp(unixSeconds: seconds).description == text)
        #expect(Timestamp(text)?.unixSeconds == seconds)
    }

    @Test func `every day of 150 years is one more than the day before, and reads back`() {
        var previous = ""
        for day in -3_653...51_134 {
            let time = Timestamp(unixSeconds: day * 86_400 + 43_199)
            let text = time.description
            #expect(text > previous && Timestamp(text) == time)
            previous = text
        }
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T17:00:00", "2026-11-23t17:00:00Z", "2026-11-23 17:00:00Z",
        "2026-11-23T17:00:00z",
        "2026-11-23T17:00:00+00:00", "2026-11-23T17:00:00.0Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
        "2026-1-01T000:00:00Z", "+026-01-01T00:00:00Z", "202A-01-01T00:00:00Z", "2026/01/01T00:00:00Z",
        "2026-01-01T00:00:0\u{E9}", "9999-12-32T00:00:00Z", "\u{0}026-01-01T00:00:00Z", "2026-01-99T00:00:00Z",
    ]) func `only the canonical form is read`(text: String) { #expect(Timestamp(text) == nil) }

    @Test func `a time outside the years of four digits is moved to the nearest one inside`() {
        #expect(Timestamp(unixSeconds: .max).description == "9999-12-31T23:59:59Z")
        #expect(Timestamp(unixSeconds: .min).description == "0000-01-01T00:00:00Z")
    }
}
