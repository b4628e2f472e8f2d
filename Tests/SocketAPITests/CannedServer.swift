import Foundation
import Glibc
import Synchronization

/// A Unix socket whose one connection gets bytes that were fixed before, whatever it asks. Its directory is gone once
/// somebody has connected.
final class CannedServer: Sendable {
    enum Ending { case close, waitForClient, closeUnread }

    let directory: String
    let path: String
    private let seen = Mutex<[UInt8]>([])
    private let finished = DispatchSemaphore(value: 0)

    /// - Parameter pieces: sent one after the other, each when the client has had the chance to read the one before.
    init(_ pieces: [[UInt8]], ending: Ending = .close) throws {
        directory = "/tmp/keyturn-test-\(UUID().uuidString)"
        guard unsafe mkdir(directory, 0o700) == 0 else { throw POSIXError(.EIO) }
        path = directory + "/s"
        let listener = try Self.listen(at: path)
        let thread = Thread { [self] in
            defer { finished.signal() }
            let connection = accept(listener, nil, nil)
            close(listener)
            // Connected: the name has done its service.
            try? FileManager.default.removeItem(atPath: directory)
            guard connection >= 0 else { return }
            defer { close(connection) }
            if ending != .closeUnread { readRequest(connection) }
            for piece in pieces {
                unsafe piece.withUnsafeBytes {
                    unsafe _ = send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if pieces.count > 1 { sched_yield() }
            }
            if ending == .waitForClient { readToEnd(connection) }
        }
        thread.start()
    }

    convenience init(_ text: String, ending: Ending = .close) throws {
        try self.init([Array(text.utf8)], ending: ending)
    }

    /// What the client sent, after the server is through.
    func request() -> String {
        finished.wait()
        return seen.withLock { String(decoding: $0, as: UTF8.self) }
    }

    static func listen(at path: String, backlog: Int32 = 8) throws -> Int32 {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, Glibc.listen(listener, backlog) == 0 else { throw POSIXError(.EIO) }
        return listener
    }

    /// Reads until a head and the body that its length announces are there.
    private func readRequest(_ connection: Int32) {
        while true {
            let text = seen.withLock { String(decoding: $0, as: UTF8.self) }
            if let end = text.range(of: "\r\n\r\n") {
                let length = text.firstMatch(of: /Content-Length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return }
            }
            guard readSome(connection) else { return }
        }
    }

    private func readToEnd(_ connection: Int32) { while readSome(connection) {} }

    private func readSome(_ connection: Int32) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        seen.withLock { $0 += chunk[..<count] }
        return true
    }
}
