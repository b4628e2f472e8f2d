import Domain
import Objects
import SocketAPI

extension FuzzTarget {
    /// A file of objects: objects, or one line that says what is wrong; and what is read is written as the same.
    static let objects = FuzzTarget(name: "objects") { input in
        guard let text = String(validating: input, as: UTF8.self) else { return }
        let first: ObjectsDocument
        do throws(ObjectsError) { first = try ObjectsFile.objects(in: text) } catch {
            try hold(!error.advice.description.contains("\n"), "a mistake takes more than one line")
            return
        }
        let written = ObjectsFile.text(of: first)
        let second: ObjectsDocument
        do throws(ObjectsError) { second = try ObjectsFile.objects(in: written) } catch {
            throw Broken(description: "\(error) in \(written)")
        }
        try hold(second == first, "read again as something else: \(written)")
        try hold(ObjectsFile.text(of: second) == written, "two forms of one document")
    }
}
