/// Where the state and the sockets are, when nobody says otherwise. A function of who runs and in what environment.
package struct Places: Equatable, Sendable {
    package let stateDirectory: String
    package let runtimeDirectory: String
    package let configurationFile: String

    package var vault: String { stateDirectory + "/vault.db" }
    package var audit: String { stateDirectory + "/audit" }
    package var escrow: String { stateDirectory + "/escrow" }
    package var alarms: String { stateDirectory + "/alarms.json" }
    package var lastBackup: String { stateDirectory + "/last-backup.json" }
    package var agentDirectory: String { runtimeDirectory + "/agent" }
    package var adminDirectory: String { runtimeDirectory + "/admin" }
    package var agentSocket: String { agentDirectory + "/agent.sock" }
    package var adminSocket: String { adminDirectory + "/admin.sock" }

    /// - Parameters:
    ///   - stateDirectory, runtimeDirectory, configurationFile: what a flag said; comes before everything else.
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

        self.stateDirectory =
            stateDirectory ?? variable("KEYTURN_STATE_DIR") ?? variable("STATE_DIRECTORY")
            ?? (isSystem ? "/var/lib/keyturn" : (variable("XDG_STATE_HOME") ?? home + "/.local/state") + "/keyturn")
        self.runtimeDirectory =
            runtimeDirectory ?? variable("KEYTURN_RUNTIME_DIR") ?? variable("RUNTIME_DIRECTORY")
            ?? (isSystem
                ? "/run/keyturn" : variable("XDG_RUNTIME_DIR").map { $0 + "/keyturn" } ?? self.stateDirectory + "/run")
        self.configurationFile =
            configurationFile ?? variable("KEYTURN_CONFIG")
            ?? (isSystem
                ? "/etc/keyturn/keyturn.yaml"
                : (variable("XDG_CONFIG_HOME") ?? home + "/.config") + "/keyturn/keyturn.yaml")
    }
}
