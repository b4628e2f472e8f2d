import Foundation
import SecretJSON
import TestSupport
import Testing

/// Documents made at random, mostly right and often broken in one place: what we accept, Foundation accepts too and
/// reads the same way. (The other way round it need not be: we are stricter.)
@Suite struct DifferentialTests {
    private static let names = ["a", "b", "name", "é", "x\"y", "x\\y", ""]

    @Test(arguments: 0..<16)
    func `documents that we accept, Foundation accepts with the same values`(seed: Int) throws {
        var dice = Dice(UInt64(seed))
        var accepted = 0
        for _ in 0..<400 {
            var bytes = Array(value(&dice, depth: 4).utf8)
            if dice.below(2) == 0 { breakOnce(&bytes, &dice) }
            let text = String(decoding: bytes, as: UTF8.self)
            // A number beyond a double's range is valid JSON that Foundation has no value for.
            guard refusal(bytes) == nil, !text.contains(/[eE][+-]?[0-9]{3}/) else { continue }
            let foreign = try #require(
                try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed),
                "Foundation refuses \(text)")
            // A broken name is one that nobody asked for; what it held was compared as far as it can be asked for.
            guard let ours = try? tree(bytes, names: Self.names) else { continue }
            accepted += 1
            #expect(agrees(ours, foreign), "\(text)")
        }
        #expect(accepted > 150, "hardly a document was compared")
    }

    private func value(_ dice: inout Dice, depth: Int) -> String {
        let space = dice.oneOf(["", "", "", " ", "\n", "\t\r"])
        let inner: String
        switch dice.below(depth > 0 ? 9 : 6) {
        case 0: inner = dice.oneOf(["true", "false", "null"])
        case 1, 2:
            inner = dice.oneOf([
                "0", "-0", "7", "-12", "9223372036854775807", "-9223372036854775808", "1.5", "2e3", "-3.25E-2",
            ])
        case 3, 4, 5: inner = string(&dice)
        case 6:
            inner = "[" + (0..<dice.below(5)).map { _ in value(&dice, depth: depth - 1) }.joined(separator: ",") + "]"
        default:
            let names = Self.names.shuffled(using: &dice).prefix(dice.below(5))
            inner =
                "{"
                + names.map { "\(space)\(quoted($0, &dice))\(space):\(value(&dice, depth: depth - 1))" }
                .joined(separator: ",") + "}"
        }
        return space + inner + space
    }

    private func string(_ dice: inout Dice) -> String {
        let pieces = [
            "a", "é", "\u{1F511}", "\\n", "\\u00e9", "\\ud83d\\udd11", "\\\\", "\\\"", "\\/", "\\u0000", "\u{7F}",
        ]
        return "\"" + (0..<dice.below(8)).map { _ in dice.oneOf(pieces) }.joined() + "\""
    }

    private func quoted(_ name: String, _ dice: inout Dice) -> String {
        let escaped = name.unicodeScalars.map { scalar -> String in
            if scalar == "\"" || scalar == "\\" || dice.below(4) == 0 {
                let digits = String(scalar.value, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            return String(Character(scalar))
        }
        return "\"" + escaped.joined() + "\""
    }

    private func breakOnce(_ bytes: inout [UInt8], _ dice: inout Dice) {
        guard !bytes.isEmpty else { return }
        let at = dice.below(bytes.count)
        switch dice.below(4) {
        case 0: bytes.remove(at: at)
        case 1: bytes[at] ^= 1 << dice.below(8)
        case 2: bytes.insert(dice.oneOf(Array("{}[],:\"\\0-+.eEtu /".utf8)), at: at)
        default: bytes.insert(contentsOf: bytes[at..<min(at + 3, bytes.count)], at: at)
        }
    }

    /// Whether Foundation's value is the same. A number that we do not read as a whole one may be any number.
    private func agrees(_ ours: Tree, _ foreign: Any) -> Bool {
        switch ours {
        case .null: return foreign is NSNull
        case .string(let text): return (foreign as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
        case .array(let elements):
            guard let others = foreign as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { agrees($0, $1) }
        case .object(let members):
            guard let others = foreign as? [String: Any], others.count == members.count else { return false }
            return members.allSatisfy { name, value in others[name].map { agrees(value, $0) } ?? false }
        case .bool(let value): return isBool(foreign) && foreign as? Bool == value
        case .number(nil): return !isBool(foreign) && foreign is NSNumber
        case .number(let value?): return !isBool(foreign) && (foreign as? NSNumber)?.int64Value == Int64(value)
        }
    }

    /// Foundation's numbers and truth values convert into each other; what they were made of does not.
    private func isBool(_ value: Any) -> Bool {
        (value as? NSNumber).map { unsafe String(cString: $0.objCType) == "c" } ?? false
    }
}
