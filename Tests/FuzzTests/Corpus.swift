import Foundation

/// The inputs in `fuzz/corpus`, and the words in `fuzz/words.dict`.
enum Corpus {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fuzz")

    /// By the order of their names, so that each run has the same.
    static func inputs(of target: FuzzTarget) throws -> [[UInt8]] {
        let folder = folder.appending(path: "corpus").appending(path: target.name)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }.map { [UInt8](try Data(contentsOf: $0)) }
    }

    static func targets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "corpus").path).sorted()
    }

    /// libFuzzer's form: a text in quotes on a line, with `\xNN` and `\"` in it.
    static func words() throws -> [[UInt8]] {
        let lines = try String(contentsOf: folder.appending(path: "words.dict"), encoding: .utf8)
        return lines.split(separator: "\n").filter { $0.hasPrefix("\"") }.map { line in
            var word: [UInt8] = []
            var rest = line.utf8.dropFirst().dropLast()
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                    word.append(byte)
                    continue
                }
                if escaped == UInt8(ascii: "x") {
                    word.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                    rest = rest.dropFirst(2)
                } else {
                    word.append(escaped)
                }
            }
            return word
        }
    }
}
