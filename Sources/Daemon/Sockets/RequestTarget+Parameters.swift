import Domain
import SocketAPI

extension RequestTarget {
    func name(_ segment: Int) throws(Problem) -> Name {
        guard let name = self.segment(segment).flatMap(Name.init) else {
            throw Problem(.badRequest, "a name in the path is not \(Name.grammar)")
        }
        return name
    }

    /// The number for `key` in the query; `nil` when it is absent.
    func number(_ key: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = query(key) else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number)
        else {
            throw Problem(.badRequest, "\(key) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag(_ key: String) throws(Problem) -> Bool {
        switch query(key) {
        case nil, "false": return false
        case "true": return true
        default: throw Problem(.badRequest, "\(key) is not true or false")
        }
    }

    /// An unknown key is a typing error that would change the meaning of the request.
    func allowQuery(_ keys: [String]) throws(Problem) {
        for key in queryKeys where !keys.contains(key) {
            throw Problem(.badRequest, keys.isEmpty ? "this request takes no query" : "the query has an unknown key")
        }
    }
}
