import Foundation

/// The audit log as it lies in the state directory, read without Keyturn.
struct AuditLines {
    /// Each line as it stands there.
    let texts: [String]
    let documents: [JSON]

    /// - Parameter directory: that of the log.
    init(in directory: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".jsonl") }
        texts = try names.sorted().flatMap { name in
            try String(contentsOfFile: directory + "/" + name, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        documents = try texts.map { try JSON(Data($0.utf8)) }
    }

    /// The lines of an action, such as `app.add`.
    func of(_ action: String) -> [JSON] { documents.filter { $0["action"].string == action } }

    /// The commits that lines tell of, in the order of the lines; the first line of a file only repeats one.
    var commits: [Int] { documents.filter { $0["action"].string != "log.begin" }.compactMap(\.["commit"].int) }
}

extension World {
    var auditDirectory: String { state + "/audit" }
    var audit: AuditLines { get throws { try AuditLines(in: auditDirectory) } }
}
