/// The default paths of the state and the sockets. They depend only on the user and the environment.
package struct Paths: Equatable, Sendable {
    package let stateDirectory: String
    package let runtimeDirectory: String
    package let configurationFile: String
    /// The other directory in which a client looked for sockets; for messages.
    package private(set) var otherRuntimeDirectory: String?
    /// Whether the sockets' or the state's path was given explicitly.
    private let isChosen: Bool

    /// The sockets of a system-wide daemon.
    package static let systemRuntimeDirectory = "/run/keyturn"
    /// Restores systemd's sockets: starting an active unit would do nothing.
    package static let restart = "systemctl restart keyturn-agent.socket keyturn-admin.socket keyturnd.service"

    package var vault: String { stateDirectory + "/vault.db" }
    package var audit: String { stateDirectory + "/audit" }
    package var spool: String { stateDirectory + "/spool" }
    package var auditForward: String { stateDirectory + "/audit-forward.json" }
    package var alerts: String { stateDirectory + "/alerts.json" }
    package var lastBackup: String { stateDirectory + "/last-backup.json" }
    package var agentDirectory: String { runtimeDirectory + "/agent" }
    package var adminDirectory: String { runtimeDirectory + "/admin" }
    package var agentSocket: String { agentDirectory + "/agent.sock" }
    package var adminSocket: String { adminDirectory + "/admin.sock" }

    /// The directories in which commands from the settings cannot write.
    package var closed: [String] { [stateDirectory, runtimeDirectory] }

    /// - Parameters:
    ///   - stateDirectory, runtimeDirectory, configurationFile: the values of flags, which take precedence.
    ///   - environment: looks up an environment variable.
    ///   - isRoot: whether the effective user is root.
    package init(
        stateDirectory: String? = nil, runtimeDirectory: String? = nil, configurationFile: String? = nil,
        environment: (String) -> String?, isRoot: Bool
    ) {
        func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        let home = variable("HOME") ?? "/"
        let underSystemd = variable("STATE_DIRECTORY") ?? variable("RUNTIME_DIRECTORY")
        let isSystem = isRoot || underSystemd != nil

        isChosen = [stateDirectory, runtimeDirectory, variable("KEYTURN_STATE_DIR"), variable("KEYTURN_RUNTIME_DIR")]
            .contains { $0 != nil }
        self.stateDirectory =
            stateDirectory ?? variable("KEYTURN_STATE_DIR") ?? variable("STATE_DIRECTORY")
            ?? (isSystem ? "/var/lib/keyturn" : (variable("XDG_STATE_HOME") ?? home + "/.local/state") + "/keyturn")
        self.runtimeDirectory =
            runtimeDirectory ?? variable("KEYTURN_RUNTIME_DIR") ?? variable("RUNTIME_DIRECTORY")
            ?? (isSystem
                ? Self.systemRuntimeDirectory
                : variable("XDG_RUNTIME_DIR").map { $0 + "/keyturn" } ?? self.stateDirectory + "/run")
        self.configurationFile =
            configurationFile ?? variable("KEYTURN_CONFIG")
            ?? (isSystem
                ? "/etc/keyturn/keyturn.yaml"
                : (variable("XDG_CONFIG_HOME") ?? home + "/.config") + "/keyturn/keyturn.yaml")
    }

    /// The sockets for a client: those of this user's own daemon if there is one, else the system's. Explicit paths are
    /// used as given.
    package func forClient(exists: (String) -> Bool) -> Paths {
        guard !isChosen, runtimeDirectory != Self.systemRuntimeDirectory, !exists(adminSocket), !exists(agentSocket)
        else { return self }
        guard exists(Self.systemRuntimeDirectory) else {
            var own = self
            own.otherRuntimeDirectory = Self.systemRuntimeDirectory
            return own
        }
        var system = Paths(environment: { _ in nil }, isRoot: true)
        system.otherRuntimeDirectory = runtimeDirectory
        return system
    }
}
