import Foundation

/// An HTTP answer as it came.
struct Answer {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    /// The value of a header that is there once.
    func header(_ name: String) -> String? {
        let found = headers.filter { $0.name.lowercased() == name.lowercased() }
        return found.count == 1 ? found[0].value : nil
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON { get throws { try JSON(body) } }
    /// The `code` of a problem document.
    var code: String? { (try? json)?["code"].string }

    /// The first answer in `bytes` and how long it is; `nil` while it is not whole.
    /// - Parameters:
    ///   - isAll: whether nothing can follow.
    ///   - toHead: whether it answers `HEAD`, and so has no body, whatever its length says.
    static func first(in bytes: [UInt8], isAll: Bool, toHead: Bool = false) throws -> (Answer, Int)? {
        guard let headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<headEnd.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let line = lines.first?.wholeMatch(of: /HTTP\/1\.[01] (\d{3}) .*/), let status = Int(line.1) else {
            throw HarnessError("this is no answer: \(lines.first ?? "")")
        }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count < 2 ? "" : parts[1].trimmingCharacters(in: .whitespaces))
        }
        let head = Answer(status: status, headers: headers, body: [])
        let left = bytes.count - headEnd.upperBound
        let length =
            toHead || [204, 304].contains(status)
            ? 0 : head.header("Content-Length").flatMap(Int.init) ?? (isAll ? left : .max)
        guard length <= left else { return nil }
        let end = headEnd.upperBound + length
        return (Answer(status: status, headers: headers, body: Array(bytes[headEnd.upperBound..<end])), end)
    }
}

/// A plain request, as it goes over the wire.
func request(
    _ method: String, _ target: String, _ headers: [String] = [], body: String = "", host: String = "keyturn"
) -> String {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)", "Keyturn-Request: 1"] + headers
    if !body.isEmpty { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
}

extension Answer {
    /// The generation that the entity tag begins with; `nil` without a tag of generation and fingerprint.
    var generationTag: Int? {
        header("ETag").flatMap { $0.wholeMatch(of: /"(\d+)-[0-9a-f]{12}"/) }.flatMap { Int($0.1) }
    }
}
