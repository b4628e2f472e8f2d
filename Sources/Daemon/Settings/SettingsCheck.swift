import Confinement
import Domain
import Glibc
package import Maintenance
package import SocketAPI
import System

/// Checks whether a start would succeed with readable settings: without binding anything, and without opening the vault.
/// For `keyturnd check-config`, and each reload.
package struct SettingsCheck: Sendable {
    let paths: Paths
    /// The file of systemd's credential.
    let credential: String?
    /// systemd's listening sockets, which stay unchanged over a restart.
    var inherited = InheritedSockets.none

    package init(paths: Paths, credential: String?) { (self.paths, self.credential) = (paths, credential) }

    /// - Returns: settings that are allowed, but do not have the effect that they seem to have.
    /// - Throws: always ``ExitStatus/configuration``.
    package func run(_ settings: Settings) throws(StartError) -> [String] {
        do throws(StartError) {
            try groups(settings)
            try Self.checkCAFiles(settings)
            try Self.checkSyslogIdentity(settings)
            for channel in settings.alertChannels { _ = try channel.readFiles(credentials: Settings.credentials) }
            if let address = settings.metricsAddress { try LoopbackSocket.check(address, for: "metrics.listen") }
            try checkPaths()
            try sockets(settings)
            try settings.unlockSource(credential: credential, closed: paths.closed)?.check(
                owner: UnlockSource.owner(of: paths.stateDirectory))
        } catch {
            throw StartError(.configuration, error.advice)
        }
        return warnings(settings)
    }

    static func checkCAFiles(_ settings: Settings) throws(StartError) {
        for (key, path) in [("zoom.ca_file", settings.caFile), ("audit.forward_ca_file", settings.auditForwardCAFile)] {
            guard let path else { continue }
            guard unsafe access(path, R_OK) == 0 else {
                throw StartError(.configuration, "\(key): cannot read \(path): \(SystemError.words(for: errno))")
            }
            try StartError.check(key, path)
        }
    }

    private static func checkSyslogIdentity(_ settings: Settings) throws(StartError) {
        guard (settings.auditForwardCertificateFile == nil) == (settings.auditForwardKeyFile == nil) else {
            throw StartError(
                .configuration, "a client certificate needs its key, and a key its certificate",
                hint: "set both audit.forward_client_cert_file and audit.forward_client_key_file")
        }
        guard let identity = settings.syslogIdentity else { return }
        do throws(ForwardFailure) { _ = try identity.read() } catch {
            throw StartError(.configuration, "the client certificate of audit.forward: \(error.reason)")
        }
    }

    private func checkPaths() throws(StartError) {
        for path in [paths.agentSocket, paths.adminSocket] where inherited.descriptors.isEmpty {
            try ListeningSocket.checkLength(of: path)
        }
    }

    private func sockets(_ settings: Settings) throws(StartError) {
        let openness = try settings.adminRoles(owner: geteuid()).openness
        for name in inherited.descriptors.keys {
            switch name {
            case .agent:
                try ListeningSocket.check(
                    inherited: name.unit, at: paths.agentSocket, mode: mode_t(settings.agentMode),
                    group: try settings.agentGroupID())
            case .admin:
                try ListeningSocket.check(
                    inherited: name.unit, at: paths.adminSocket, mode: mode_t(openness.socket), group: openness.group)
            }
        }
    }

    /// Sockets are given to groups; without root, only to the user's own groups, and a service's sandbox may deny even
    /// that.
    func groups(_ settings: Settings) throws(StartError) {
        let roles = try settings.adminRoles(owner: geteuid())
        if let group = roles.openness.group, let role = AdminRole.allCases.first(where: { roles.groups[$0] == group }) {
            try checkGiving(
                [paths.adminDirectory, paths.adminSocket], to: group, settings.adminGroups[role.rawValue] ?? "",
                "admin.\(role.rawValue)_group")
        }
        if let group = try settings.agentGroupID() {
            try checkGiving([paths.agentSocket], to: group, settings.agentGroup ?? "", "agent.group")
        }
    }

    private func checkGiving(_ given: [String], to group: gid_t, _ name: String, _ key: String) throws(StartError) {
        var status = stat()
        guard geteuid() != 0, !given.allSatisfy({ unsafe stat($0, &status) == 0 && status.st_gid == group }) else {
            return
        }
        let hint =
            "systemctl edit keyturnd, with SupplementaryGroups=\(name.printable()) and SystemCallFilter=@chown under [Service]; without systemd: usermod -aG \(name.printable()) USER"
        guard Self.isMember(of: group) else {
            throw StartError(
                .configuration,
                "\(key): user \(geteuid()) is not in the group '\(name.printable())', so it cannot give it a socket",
                hint: hint)
        }
        // Changes nothing, but fails where the call is denied altogether.
        guard unsafe chown(paths.stateDirectory, uid_t.max, gid_t.max) == 0 || errno != EPERM else {
            throw StartError(
                .configuration, "\(key): this service may not give a socket to a group: its sandbox denies the call",
                hint: hint)
        }
    }

    private static func isMember(of group: gid_t) -> Bool {
        if getegid() == group { return true }
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = unsafe getgroups(CInt(groups.count), &groups)
        return count > 0 && groups.prefix(Int(count)).contains(group)
    }

    private func warnings(_ settings: Settings) -> [String] {
        var found: [String] = []
        if credential != nil, settings.keyFile != nil || settings.unlockCommand != nil {
            found.append("the settings of unlock are not used: the systemd credential keyturn.key takes precedence")
        } else if settings.keyFile != nil, settings.unlockCommand != nil {
            found.append("unlock.command is not used: unlock.key_file takes precedence")
        }
        if settings.agentGroup != nil, settings.agentMode & 0o070 == 0 {
            found.append(
                "agent.group has no effect: agent.mode 0\(String(settings.agentMode, radix: 8)) gives groups no access")
        }
        for channel in settings.alertChannels {
            guard case .command(let words, _) = channel.receiver, unsafe access(words.program, X_OK) != 0 else {
                continue
            }
            found.append(
                "alerts.channels.\(channel.name): cannot run \(words.program.printable()): \(SystemError.words(for: errno))"
            )
        }
        return found
    }
}
