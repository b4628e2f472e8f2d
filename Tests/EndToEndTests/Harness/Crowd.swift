import Foundation

/// Many connections at once.
enum Crowd {
    /// Lets this process have some thousands of descriptors.
    static func prepare() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 16_384))
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    static func connect(_ count: Int, to path: String) throws -> [Connection] {
        prepare()
        return try (0..<count).map { _ in try Connection(to: path) }
    }

    /// All ask before any answer is taken in.
    static func ask(_ count: Int, _ text: String, at path: String) throws -> [Answer] {
        let all = try connect(count, to: path)
        for connection in all { try connection.send(text) }
        return try all.map { try $0.answer() }
    }
}
