import Audit
import Confinement
import SocketServer
import YAML

/// All settings: from the file, environment variables, and for the important ones flags.
package struct Settings: Equatable, Sendable {
    /// `store`: the URL of the database that has the vault; `nil` for a file in the state directory. Contains no password.
    package var store: String?
    /// `store_password_file`: the password of the database's role, if systemd passes none on.
    package var storePasswordFile: String?
    /// `unlock.key_file`: the key file that unlocks at start.
    package var keyFile: String?
    /// `unlock.command`: a command whose output unlocks at start, if there is no key file.
    var unlockCommand: CommandWords?
    /// `unlock.command_timeout`: the command's time limit in seconds.
    var commandTimeout = 30
    /// `agent.mode`: permissions of the agent socket. Policies decide who gets what; this decides who may connect.
    package var agentMode: UInt32 = 0o666
    /// `agent.group`: the group of the agent socket.
    package var agentGroup: String?
    /// `admin.viewer_group`, `admin.auditor_group`, `admin.operator_group`, `admin.admin_group`: the groups whose members
    /// have the role.
    package var adminGroups: [String: String] = [:]
    /// `zoom.ca_file`: certificates to trust instead of the system's, for a proxy that intercepts TLS.
    package var caFile: String?
    /// `zoom.refusals_per_hour`: how often credentials that Zoom refuses are tried.
    package var refusalsPerHour = 5
    /// `server.event_loops`: the number of threads that serve sockets.
    package var eventLoops = 2
    /// `server.idle_timeout`: seconds between requests on one connection.
    package var idleTimeout = 60
    /// `server.max_connections`: the most connections on one socket.
    package var maxConnections = 4096
    /// `server.max_waiting`: requests that wait for a new generation, and event streams, together.
    package var maxWaiting = 2048
    /// `server.max_connections_per_user`: the most of one user on one socket; not for root and the daemon's own user.
    package var maxConnectionsPerUser = 1024
    /// `limits.requests_per_second`: the most requests of one client in a second; 0 for no limit.
    package var requestsPerSecond = 0
    /// `host.id_file`: distinguishes this host from one that its disk was copied to; systemd's machine ID by default.
    package var machineFile: String?
    /// `audit.sync`: when the lines of answers are synced to disk.
    package var auditSync = AuditSync.second
    /// `audit.refusals_per_day`: MiB that the lines of refusals may take in a day.
    var refusalsPerDay = 16
    /// `audit.reserve`: MiB of free space below which refusals are only counted.
    var auditReserve = 64
    /// `audit.forward`: where else the lines of the audit log are sent.
    var auditForward: AuditForward?
    /// `audit.forward_ca_file`: certificates to trust there instead of the system's.
    var auditForwardCAFile: String?
    /// `audit.forward_client_cert_file` and `audit.forward_client_key_file`: the client certificate for it.
    var auditForwardCertificateFile: String?
    var auditForwardKeyFile: String?
    /// `alerts.channels`: who gets alerts besides the log.
    var alertChannels: [AlertChannelSettings] = []
    /// `metrics.listen`: the loopback address of the metrics, besides the admin socket.
    var metricsAddress: LoopbackAddress?
    /// `log.level`: `debug`, `info`, `notice`, `warning` or `error`.
    package var logLevel = "info"

    /// The settings that were given, by key, as written.
    var given: [String: String] = [:]

    package init() {}

    package enum AuditSync: String, CaseIterable, Sendable {
        /// Synced within a second.
        case second
        /// Synced before the answer is sent.
        case always
    }

    /// The limits on refusals in the audit log.
    var refusals: RefusalAllowance.Limits {
        var limits = RefusalAllowance.Limits()
        (limits.perDay, limits.reserve) = (refusalsPerDay << 20, auditReserve << 20)
        return limits
    }

    /// The most waiting requests: whatever is set, half of the connections are left to clients that fetch.
    var mostWaiting: Int { min(maxWaiting, maxConnections / 2) }

    /// Every key: the only lists of settings are the following two.
    static var names: [String] { (Array(keys.keys) + structures.keys).sorted() }

    /// The settings that have more than one value, with the function that parses the YAML.
    static let structures: [String: @Sendable (inout Settings, YAMLNode) throws(BadPart) -> Void] = [
        "alerts.channels": { settings, node throws(BadPart) in
            settings.alertChannels = try AlertChannelSettings.all(node)
        }
    ]

    /// The settings that have one value, with the function that parses it.
    static let keys: [String: @Sendable (inout Settings, String) throws(BadValue) -> Void] = [
        "store": { settings, text throws(BadValue) in
            guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else {
                throw BadValue("a URL such as postgresql://keyturn@db.example.com/keyturn")
            }
            settings.store = text
        },
        "store_password_file": { settings, text throws(BadValue) in settings.storePasswordFile = try path(text) },
        "unlock.key_file": { settings, text throws(BadValue) in settings.keyFile = try path(text) },
        "unlock.command": { settings, text throws(BadValue) in
            guard let words = CommandWords(text) else { throw BadValue(CommandWords.grammar) }
            settings.unlockCommand = words
        },
        "unlock.command_timeout": { settings, text throws(BadValue) in
            settings.commandTimeout = try number(text, 1...600)
        },
        "agent.mode": { settings, text throws(BadValue) in
            guard let mode = UInt32(text, radix: 8), mode & ~0o777 == 0 else {
                throw BadValue("an octal mode such as 0660")
            }
            settings.agentMode = mode
        },
        "agent.group": { settings, text throws(BadValue) in settings.agentGroup = text },
        "admin.viewer_group": { settings, text throws(BadValue) in settings.adminGroups["viewer"] = text },
        "admin.auditor_group": { settings, text throws(BadValue) in settings.adminGroups["auditor"] = text },
        "admin.operator_group": { settings, text throws(BadValue) in settings.adminGroups["operator"] = text },
        "admin.admin_group": { settings, text throws(BadValue) in settings.adminGroups["admin"] = text },
        "host.id_file": { settings, text throws(BadValue) in settings.machineFile = try path(text) },
        "zoom.ca_file": { settings, text throws(BadValue) in settings.caFile = try path(text) },
        "zoom.refusals_per_hour": { settings, text throws(BadValue) in
            settings.refusalsPerHour = try number(text, 1...60)
        },
        "server.event_loops": { settings, text throws(BadValue) in settings.eventLoops = try number(text, 1...64) },
        "server.idle_timeout": { settings, text throws(BadValue) in
            settings.idleTimeout = try number(text, 1...86_400, of: "seconds")
        },
        "server.max_connections": { settings, text throws(BadValue) in
            settings.maxConnections = try number(text, 1...65_536)
        },
        "server.max_waiting": { settings, text throws(BadValue) in
            settings.maxWaiting = try number(text, 0...65_536)
        },
        "server.max_connections_per_user": { settings, text throws(BadValue) in
            settings.maxConnectionsPerUser = try number(text, 1...65_536)
        },
        "limits.requests_per_second": { settings, text throws(BadValue) in
            settings.requestsPerSecond = try number(text, 0...1_000_000)
        },
        "audit.sync": { settings, text throws(BadValue) in
            guard let sync = AuditSync(rawValue: text) else {
                throw BadValue("one of \(AuditSync.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            settings.auditSync = sync
        },
        "audit.refusals_per_day": { settings, text throws(BadValue) in
            settings.refusalsPerDay = try number(text, 0...1_048_576, of: "MiB")
        },
        "audit.reserve": { settings, text throws(BadValue) in
            settings.auditReserve = try number(text, 0...1_048_576, of: "MiB")
        },
        "audit.forward": { settings, text throws(BadValue) in
            guard let forward = AuditForward(text) else { throw BadValue(AuditForward.grammar) }
            settings.auditForward = forward
        },
        "audit.forward_ca_file": { settings, text throws(BadValue) in settings.auditForwardCAFile = try path(text) },
        "audit.forward_client_cert_file": { settings, text throws(BadValue) in
            settings.auditForwardCertificateFile = try path(text)
        },
        "audit.forward_client_key_file": { settings, text throws(BadValue) in
            settings.auditForwardKeyFile = try path(text)
        },
        "metrics.listen": { settings, text throws(BadValue) in
            guard let address = LoopbackAddress(text) else { throw BadValue(LoopbackAddress.grammar) }
            settings.metricsAddress = address
        },
        "log.level": { settings, text throws(BadValue) in
            let levels = ["debug", "info", "notice", "warning", "error"]
            guard levels.contains(text) else { throw BadValue("one of \(levels.joined(separator: ", "))") }
            settings.logLevel = text
        },
    ]

    /// The form that a value must have.
    struct BadValue: Error {
        let wanted: String
        init(_ wanted: String) { self.wanted = wanted }
    }

    private static func number(
        _ text: String, _ range: ClosedRange<Int>, of unit: String? = nil
    ) throws(BadValue) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw BadValue(
                "a whole number \(unit.map { "of \($0) " } ?? "")from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func path(_ text: String) throws(BadValue) -> String {
        guard text.hasPrefix("/") else { throw BadValue("an absolute path") }
        return text
    }
}
