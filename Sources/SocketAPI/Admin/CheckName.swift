/// The checks of an app's and a target's settings, and of the doctor. The raw values are stable.
package enum CheckName: String, Sendable, CaseIterable {
    // An app: what Zoom answers with its credentials.
    case token, scopes, scim, rotation
    // A push target.
    case console, connection, drift, replication

    // The host, also without a daemon.
    case daemon, kernel, clock, permissions
    case stateDirectory = "state_directory"
    case vaultFile = "vault_file"
    case fileSystem = "file_system"
    case freeSpace = "free_space"
    case recoveryKey = "recovery_key"

    // The daemon: the process, its libraries and sockets.
    case clockJump = "clock_jump"
    case openssl, sqlite, libpq, libcurl, proxy, unlock
    case keyMemory = "key_memory"
    case confinement, capabilities, programs
    case noNewPrivileges = "no_new_privileges"
    case systemCalls = "system_calls"
    case agentSocket = "agent_socket"
    case adminSocket = "admin_socket"

    // The vault, and what depends on its contents.
    case vault, database, backups, alerts, policies, apps, zoom, target
    case keySlots = "key_slots"
    case auditLog = "audit_log"
}
