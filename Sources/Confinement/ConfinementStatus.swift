import System

/// How a process is confined, according to `/proc/PID/status`.
package struct ConfinementStatus: Equatable, Sendable {
    /// Whether the programs that it starts cannot gain privileges.
    package var isUnprivileged: Bool
    /// Whether a filter checks its system calls.
    package var isFiltered: Bool
    /// The capabilities that it can use now or acquire.
    package var capabilities: Capabilities

    package init(isUnprivileged: Bool, isFiltered: Bool, capabilities: Capabilities) {
        (self.isUnprivileged, self.isFiltered, self.capabilities) = (isUnprivileged, isFiltered, capabilities)
    }

    /// - Parameter status: the text of `/proc/PID/status`, proc_pid_status(5). `nil` where a line is missing.
    package init?(status: String) {
        var values: [Substring: Substring] = [:]
        for line in status.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[line[..<colon]] = line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " }
        }
        guard let privileges = values["NoNewPrivs"], let filter = values["Seccomp"],
            let permitted = values["CapPrm"].flatMap({ UInt64($0, radix: 16) })
        else { return nil }
        self.init(
            isUnprivileged: privileges == "1", isFiltered: filter == "2", capabilities: Capabilities(bits: permitted))
    }

    /// The wider of both, in each respect.
    package func joined(_ other: ConfinementStatus) -> ConfinementStatus {
        ConfinementStatus(
            isUnprivileged: isUnprivileged && other.isUnprivileged, isFiltered: isFiltered && other.isFiltered,
            capabilities: capabilities.union(other.capabilities))
    }

    /// For this process: each thread has its own, and the widest counts. `nil` where /proc does not say.
    package static var current: ConfinementStatus? {
        guard let threads = try? Files.names(in: "/proc/self/task") else { return nil }
        var widest: ConfinementStatus?
        for thread in threads {
            // A thread that ended meanwhile has no status.
            guard let text = text(at: "/proc/self/task/\(thread)/status"),
                let status = ConfinementStatus(status: text)
            else { continue }
            widest = widest.map { $0.joined(status) } ?? status
        }
        return widest
    }

    private static func text(at path: String) -> String? {
        guard let text = try? File(reading: path).read(most: 8192), !text.isEmpty else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
