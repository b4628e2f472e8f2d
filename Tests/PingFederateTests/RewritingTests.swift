import Domain
import Foundation
import PingFederate
import SecretJSON
import SecretMemory
import TestSupport
import Testing

/// Whatever a connection holds, only our settings differ when it is written back.
@Suite struct RewritingTests {
    private static let ours = ["Account", "Client ID", "the \"secret\" é"]

    @Test(arguments: 0..<12) func `everything but our three settings stays byte for byte`(seed: Int) throws {
        var dice = Dice(UInt64(seed))
        for _ in 0..<100 {
            let rows = Self.ours.map { row($0, &dice) }
            var list = rows + (0..<dice.below(6)).map { _ in dice.oneOf([value(&dice, 3), #"{"name":"heading"}"#]) }
            list.shuffle(using: &dice)
            let pieces = surroundings(&dice)
            let text = pieces.0 + list.joined(separator: " ,\n") + pieces.1
            let values = Self.ours.map { "new value of \($0) \"\\\n\(dice.below(1000))" }
            let changes = zip(Self.ours, values).map { FieldChange($0, SecretBox($1)) }

            let connection = try SPConnection(parsing: SecretBytes(copying: text))
            let written = TestSupport.text(try connection.replacing(changes))
            var expected = text[...]
            var rest = written[...]
            for row in list where rows.contains(row) {
                let before = try #require(expected.firstRange(of: row))
                let same = expected[..<before.lowerBound]
                #expect(rest.hasPrefix(same))
                rest = rest.dropFirst(same.count)
                expected = expected[before.upperBound...]
                let end = try #require(endOfObject(rest))
                let index = try #require(rows.firstIndex(of: row))
                try check(String(rest[..<end]), against: row, Self.ours[index], values[index])
                rest = rest[end...]
            }
            #expect(rest == expected)
        }
    }

    /// Of a changed row, all members but two are as they were, and the value is the new one.
    private func check(_ written: String, against row: String, _ name: String, _ value: String) throws {
        var (new, old) = (try members(written), try members(row))
        #expect(new["name"] as? String == name && new["value"] as? String == value)
        #expect(new["encryptedValue"] == nil)
        for name in ["value", "encryptedValue"] {
            new[name] = nil
            old[name] = nil
        }
        #expect(NSDictionary(dictionary: new) == NSDictionary(dictionary: old))
    }

    private func members(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// Behind the first object of the text.
    private func endOfObject(_ text: Substring) -> Substring.Index? {
        var (depth, inString, escaped) = (0, false, false)
        for index in text.indices {
            let character = text[index]
            if inString {
                if escaped {
                    escaped = false
                } else if character == "\\" {
                    escaped = true
                } else if character == "\"" {
                    inString = false
                }
                continue
            }
            switch character {
            case "\"": inString = true
            case "{": depth += 1
            case "}":
                depth -= 1
                if depth == 0 { return text.index(after: index) }
            default: break
            }
        }
        return nil
    }

    private func row(_ name: String, _ dice: inout Dice) -> String {
        var members = [#""name":\#(quoted(name, &dice))"#]
        if dice.below(2) == 0 { members.append(#""value" : "old""#) }
        if dice.below(2) == 0 { members.append(#""encryptedValue":"enc:old""#) }
        // Foundation, which compares these, has no value for a number beyond a double's range.
        members += (0..<dice.below(3)).map {
            "\(quoted("m\"ore\($0)", &dice)):\(value(&dice, 2).replacing("1E400", with: "1E40"))"
        }
        members.shuffle(using: &dice)
        return "{ " + members.joined(separator: ",") + "}"
    }

    /// What is before and behind the list of settings.
    private func surroundings(_ dice: inout Dice) -> (String, String) {
        func some(_ prefix: String) -> String {
            (0..<dice.below(4)).map { "\"\(prefix)\($0)\":\(value(&dice, 3))," }.joined()
        }
        let before = "{\(some("a"))\"outboundProvision\" :{\(some("b"))\"targetSettings\": ["
        return (before, "]\(dice.below(2) == 0 ? ",\"channels\":\(value(&dice, 3))" : "")}\n}\n")
    }

    private func value(_ dice: inout Dice, _ depth: Int) -> String {
        switch dice.below(depth > 0 ? 8 : 6) {
        case 0: dice.oneOf(["true", "false", "null"])
        case 1, 2: dice.oneOf(["0", "-0", "1.50", "1E400", "123456789012345678901234567890", "60.0", "-3.25E-2"])
        case 3, 4, 5:
            "\""
                + (0..<dice.below(6)).map { _ in
                    dice.oneOf(["a", "é", "\u{1F511}", "\\u00e9", "\\ud83d\\udd11", "\\/", "\\\"", "\\\\", "{", "]"])
                }.joined() + "\""
        case 6: "[" + (0..<dice.below(4)).map { _ in value(&dice, depth - 1) }.joined(separator: ", ") + "]"
        default:
            "{" + (0..<dice.below(4)).map { "\"m\($0)\": \(value(&dice, depth - 1))" }.joined(separator: ",\t") + "}"
        }
    }

    private func quoted(_ name: String, _ dice: inout Dice) -> String {
        let escaped = name.unicodeScalars.map { scalar -> String in
            if scalar == "\"" || dice.below(3) == 0 {
                let digits = String(scalar.value, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            return String(Character(scalar))
        }
        return "\"" + escaped.joined() + "\""
    }

    @Test(arguments: [
        #"[{"name":"Other","value":"x"}]"#, #"[{"name":"Secret"},{"name":"Secret","value":"x"}]"#, "[]", "{}", "7",
    ]) func `a setting that is not there, or there twice, is not made up`(settings: String) throws {
        let text = #"{"outboundProvision":{"type":"t","targetSettings":\#(settings)}}"#
        let connection = try SPConnection(parsing: SecretBytes(copying: text))
        let error = #expect(throws: ConsoleFailure.self) {
            _ = try connection.replacing([FieldChange("Secret", SecretBox("PlantedSecret"))])
        }
        #expect(error?.cause == .mismatch && error?.description.contains("Planted") == false)
    }

    @Test(arguments: ["{}", #"{"outboundProvision":null}"#])
    func `a connection that does not provision is left alone`(text: String) throws {
        let connection = try SPConnection(parsing: SecretBytes(copying: text))
        #expect(throws: ConsoleFailure.self) { _ = try connection.replacing([]) }
        #expect(connection.connector == nil && connection.settingNames == [])
    }
}
