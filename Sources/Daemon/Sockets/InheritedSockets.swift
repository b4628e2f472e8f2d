import Glibc
import Maintenance
import SocketAPI

/// The listening sockets that systemd passes on (sd_listen_fds(3)), by the names of their units. Clients that connect
/// without a daemon wait for the next one.
struct InheritedSockets: Equatable {
    enum Name: String, CaseIterable {
        case agent, admin

        var unit: String { "keyturn-\(rawValue).socket" }
    }

    static let none = InheritedSockets()

    private(set) var descriptors: [Name: CInt] = [:]

    /// The first inherited descriptor.
    private static let first: CInt = 3

    private init() {}

    /// - Parameters:
    ///   - variable: looks up an environment variable.
    ///   - pid: of this process. Sockets for another process are ignored.
    init(_ variable: (String) -> String? = Systemd.variable, pid: pid_t = getpid()) throws(StartError) {
        guard variable("LISTEN_PID") == String(pid) else { return }
        let names = (variable("LISTEN_FDNAMES") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard let count = variable("LISTEN_FDS").flatMap({ Int($0) }), count == names.count else {
            throw Self.unfit("LISTEN_FDS and LISTEN_FDNAMES do not match")
        }
        for (index, text) in names.enumerated() {
            guard let name = Name(rawValue: String(text)) else {
                throw Self.unfit("a socket was passed on that is neither 'agent' nor 'admin'")
            }
            guard descriptors[name] == nil else { throw Self.unfit("two sockets were passed on as '\(name.rawValue)'") }
            descriptors[name] = Self.first + CInt(index)
        }
    }

    private static func unfit(_ detail: String) -> StartError {
        StartError(
            .configuration, detail, hint: "check FileDescriptorName= of keyturn-agent.socket and keyturn-admin.socket"
        )
    }
}

extension ListeningSocket {
    /// Takes over the inherited socket for `name`, or creates one.
    static func claim(
        _ name: InheritedSockets.Name, from inherited: InheritedSockets, at path: String, mode: mode_t, group: gid_t?
    ) throws(StartError) -> ListeningSocket {
        guard let descriptor = inherited.descriptors[name] else {
            return try ListeningSocket(at: path, mode: mode, group: group)
        }
        return try ListeningSocket(
            inherited: descriptor, unit: name.unit, at: path, mode: mode, group: group)
    }
}
