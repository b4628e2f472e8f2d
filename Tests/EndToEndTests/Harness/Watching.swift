import Foundation
import TestSupport
import Testing

/// What clients of the agent socket do that wait for a change.
extension World {
    /// A connection that waits for credentials newer than `generation`: what was sent before it, in one piece with it, is
    /// answered already.
    func wait(
        after generation: Int, _ seconds: Int = 60, app: String = "zoom-prod", behind more: String = ""
    ) throws -> Connection {
        let connection = try Connection(to: agent)
        try connection.send(
            request("GET", "/v1/health")
                + request("GET", "/v1/apps/\(app)/credentials?after=\(generation)&wait=\(seconds)") + more)
        _ = try connection.answer()
        return connection
    }

    /// A connection that listens to events; the full state was told.
    func listen(apps: Int = 1) throws -> Connection {
        let connection = try Connection(to: agent)
        try connection.send(request("GET", "/v1/events"))
        try connection.awaitEvents("the full state") { $0.count >= apps }
        return connection
    }

    static let whyNoDescriptors: Comment = "only root sees what the daemon has open"

    /// Files and sockets that the daemon has open.
    func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(daemon.child.pid)/fd").count
    }

    /// Seconds of a processor that the daemon has used.
    func processorTime() throws -> Double {
        let line = try String(contentsOfFile: "/proc/\(daemon.child.pid)/stat", encoding: .utf8)
        guard let name = line.lastIndex(of: ")") else { throw HarnessError("the daemon's time is not known") }
        let fields = line[name...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw HarnessError("the daemon's time is not known")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

/// An event as it came: `zoom-prod 2 rotated`.
func events(in text: String) throws -> [String] {
    try text.replacing("\r\n", with: "\n").split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { line in
        let event = try JSON(Array(line.dropFirst(6).utf8))
        return "\(event["app"].string ?? "?") \(event["generation"].int ?? -1) \(event["event"].string ?? "?")"
    }
}

extension Connection {
    /// Whether anything has come that was not taken as an answer yet.
    var isAnswered: Bool { !received.isEmpty || receive(seconds: 0) }

    /// All events so far.
    func events() throws -> [String] { try EndToEndTests.events(in: String(decoding: received, as: UTF8.self)) }

    func awaitEvents(_ what: String, seconds: Double = Patience.seconds, holds: ([String]) throws -> Bool) throws {
        try eventually(what, seconds: seconds) {
            receive(seconds: 0)
            return try holds(events())
        }
    }
}
