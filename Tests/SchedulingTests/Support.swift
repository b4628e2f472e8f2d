import Domain
import Scheduling
import TestSupport
import Testing

extension Dice {
    /// Bytes, most of them from an alphabet.
    mutating func text(_ alphabet: String, upTo length: Int) -> String {
        let letters = Array(alphabet.utf8)
        let bytes = (0..<Int.random(in: 0...length, using: &self)).map { _ in
            Int.random(in: 0..<20, using: &self) == 0
                ? UInt8.random(in: 0...255, using: &self) : letters[Int.random(in: 0..<letters.count, using: &self)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func instant(_ from: String = "2024-01-01T00:00:00Z", _ to: String = "2040-12-31T00:00:00Z") throws
        -> Timestamp
    {
        Timestamp(unixSeconds: Int.random(in: try utc(from).unixSeconds...utc(to).unixSeconds, using: &self))
    }
}

extension [Window] {
    func contains(_ instant: Timestamp, in zone: TimeZoneRules) -> Bool { opening(at: instant, in: zone) != nil }
}

func utc(_ text: String) throws -> Timestamp { try #require(Timestamp(text), "\(text)") }

func local(_ text: String) throws -> LocalTime { LocalTime(seconds: try utc(text + "Z").unixSeconds) }

func code(_ body: () throws(ScheduleError) -> Void) -> ScheduleError.Code? {
    do throws(ScheduleError) { try body() } catch {
        #expect(!error.detail.isEmpty && !error.detail.hasSuffix(".") && error.detail.utf8.count < 200)
        #expect(error.detail.utf8.allSatisfy { (0x20...0x7E).contains($0) } && error.hint?.isEmpty == false)
        return error.code
    }
    return nil
}

/// A compiled zone as an old reader sees it (nothing) and as a new one does.
func zoneFile(
    _ table: [(at: Int, offset: Int)] = [], initial: Int = 0, rule: String, version: UInt8 = 0x32, leaps: Int = 0
) -> [UInt8] {
    func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
    func header(_ counts: [Int]) -> [UInt8] {
        Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15) + counts.flatMap { bytes($0, 4) }
    }
    let offsets = [initial] + table.map(\.offset)
    return header([0, 0, 0, 0, 1, 1]) + [UInt8](repeating: 0, count: 7)
        + header([0, 0, leaps, table.count, offsets.count, 4])
        + table.flatMap { bytes($0.at, 8) } + table.indices.map { UInt8($0 + 1) }
        + offsets.flatMap { bytes($0, 4) + [0, 0] } + Array("LMT\0".utf8)
        + [UInt8](repeating: 0, count: leaps * 12) + Array("\n\(rule)\n".utf8)
}

/// The zones as their rules stand today, for years that a later law may change; no file of the system is asked.
enum Zone: String, CaseIterable, Sendable {
    case berlin = "CET-1CEST,M3.5.0,M10.5.0/3"
    case newYork = "EST5EDT,M3.2.0,M11.1.0"
    case lordHowe = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
    case kolkata = "IST-5:30"
    case apia = "<+13>-13"
    case utc = "UTC0"

    var rules: TimeZoneRules {
        get throws {
            let table: [(at: Int, offset: Int)] =
                self == .apia
                ? [
                    (1_285_498_800, -36_000), (1_301_752_800, -39_600), (1_316_872_800, -36_000),
                    (1_325_239_200, 50_400), (1_333_202_400, 46_800),
                ] : []
            return try TimeZoneRules(
                identifier: "\(self)", file: zoneFile(table, initial: self == .apia ? -39_600 : 0, rule: rawValue))
        }
    }
}
