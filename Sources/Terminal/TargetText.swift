import Domain
package import SocketAPI

extension TargetDocument {
    /// What needs attention, in a word or two.
    package var remark: String {
        if let failure { return "failed: \(failure.code)" }
        if provisioner?.isFailing == true { return "provisioning fails" }
        if changedAt != nil { return "changed outside" }
        return restoration == nil ? "" : "pushed again"
    }

    package var text: String {
        var table = TextTable()
        table.add("target", name.description)
        table.add("app", app.description)
        table.add("console", adminURL)
        table.add("connection", connection)
        if !sameConnection.isEmpty {
            table.add("same connection as", sameConnection.map { "'\($0)'" }.joined(separator: ", "))
        }
        table.add("settings", fields.names.compactMap(\.self).joined(separator: ", "))
        table.add("login", login.rawValue + (user.map { ", as \($0)" } ?? ""))
        if let clientCertExpires { table.add("client certificate", "expires at \(clientCertExpires)") }
        if let oauth {
            table.add("token from", "\(oauth.tokenURL), with \(oauth.authMethod)")
            table.add("scope", oauth.scope ?? "none is requested")
        }
        table.add(
            "certificate trusted by",
            pin.map { "its SHA-256 \($0)" } ?? (trust.known == .ca ? "its CA" : "the system's CAs"))
        if let trustExpires { table.add("which expires at", trustExpires.description) }
        table.add("replicate", replicate.rawValue)
        table.add("settles in", "\(settle) s")
        if bypassesExternalValidation { table.add("saved", "without trying the credentials at Zoom") }
        if restoresDrift { table.add("drift", "the current secret is pushed again when somebody else changed it") }
        table.add("state", state.rawValue)
        if let generation { table.add("has", "generation \(generation), pushed \(pushedAt?.description ?? "")") }
        if let replicatedAt { table.add("replicated", replicatedAt.description) }
        if let lookedAt { table.add("checked", lookedAt.description) }
        if let changedAt { table.add("changed outside", "seen \(changedAt)\(change.map { ": \($0.detail)" } ?? "")") }
        if let restoration {
            table.add(
                "current secret pushed again",
                counted(restoration.count, "time") + " since \(restoration.first), the last time at \(restoration.last)"
            )
        }
        if let failure {
            table.add("failed", "\(failure.detail), since \(failure.since)")
            if let hint = failure.hint { table.add("try", hint) }
        }
        if let provisioner {
            table.add("provisioner log", provisioner.log + (provisioner.channel.map { ", channel \($0)" } ?? ""))
            if let reason = provisioner.unreadable {
                table.add("provisioning", "not known: \(reason)")
            } else if let since = provisioner.since {
                let counts = "\(provisioner.succeeded) succeeded and \(provisioner.failed) failed since \(since)"
                table.add("provisioning", counts + (provisioner.lastCause.map { ", the last: \($0)" } ?? ""))
            }
        }
        return table.fitted
    }
}

extension ConsoleDiscovery {
    package var connectionsText: String {
        guard !connections.isEmpty else { return "no SP connection has outbound provisioning\n" }
        var table = TextTable(["", "CONNECTION", "ID", "CONNECTOR", ""])
        for (index, connection) in connections.enumerated() {
            table.add(
                String(index + 1), connection.name, connection.id, connection.connector,
                connection.isActive ? "" : "inactive")
        }
        return table.fitted
    }

    package var fieldsText: String {
        var table = TextTable()
        let unclear =
            lacksAccountID
            ? "no setting for it: a push leaves the token URL alone"
            : accountIDCandidates.isEmpty
                ? "not found" : "not clear: \(accountIDCandidates.joined(separator: ", "))"
        table.add("account ID", fields.accountID ?? unclear)
        table.add("client ID", fields.clientID ?? "not found")
        table.add("client secret", fields.clientSecret ?? "not found")
        return table.fitted
    }

    package var text: String {
        var text = "pingfederate \(version)\n"
        if connection == nil || !connections.isEmpty { text += "\n" + connectionsText }
        guard let connection else { return text }
        text += "\nsettings of \(connection): \(settings.joined(separator: ", "))\n\nthe app's values go into\n"
        return text + fieldsText
    }
}
