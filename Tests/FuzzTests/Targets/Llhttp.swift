import Foundation
import Synchronization

/// What another program makes of a connection.
struct Others: CustomStringConvertible, Decodable {
    struct Field: Decodable {
        let name: String
        let value: String

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            name = try pair.decode(String.self).lowercased()
            value = try pair.decode(String.self)
        }
    }

    let method: String
    let target: String
    let fields: [Field]
    let closes: Bool
    private let bodyData: Data
    let isWhole: Bool
    /// Names of the fields behind the body. It minds one of them that no standard has.
    let trailer: [String]

    enum CodingKeys: String, CodingKey { case method, target, fields, closes, bodyData = "body", isWhole, trailer }

    var body: [UInt8] { Array(bodyData) }
    var description: String { "\(method) \(target)" }

    func has(_ name: String) -> Bool { fields.contains { $0.name == name } }
}

/// llhttp, the request parser of Node.js, in a process of its own: `fuzz/llhttp.js`.
final class Llhttp: Sendable {
    /// `nil` where Node.js is not here.
    static let shared = Llhttp()

    private struct Pipes {
        let input: FileHandle
        let output: FileHandle
    }

    private let pipes: Mutex<Pipes>
    /// Ends with its input, which is closed when this process ends, whatever ends it.
    private let process: Process

    private init?() {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        let places = path.split(separator: ":").map { "\($0)/node" }
        guard let node = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return nil }
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let (input, output) = (Pipe(), Pipe())
        process = Process()
        process.executableURL = URL(filePath: node)
        process.arguments = [root.appending(path: "fuzz/llhttp.js").path]
        (process.standardInput, process.standardOutput) = (input, output)
        // Whoever inherited it would keep the process alive.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        guard (try? process.run()) != nil else { return nil }
        pipes = Mutex(Pipes(input: input.fileHandleForWriting, output: output.fileHandleForReading))
    }

    /// The requests that it sees. What it refuses shows as requests that are missing.
    func requests(in connection: [UInt8]) throws -> [Others] {
        let answer = try pipes.withLock { pipes in
            let count = UInt32(connection.count)
            let head = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
            try pipes.input.write(contentsOf: Data(head + connection))
            var answer = Data()
            while answer.last != UInt8(ascii: "\n") {
                let more = pipes.output.availableData
                try hold(!more.isEmpty, "node ended")
                answer += more
            }
            return answer
        }
        return try JSONDecoder().decode([Others].self, from: answer)
    }
}
