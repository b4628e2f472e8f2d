package import Domain

/// Finds a rotation by what an operator types.
extension Vault {
    /// The shortest accepted beginning of an ID.
    private static let shortestPrefix = 4

    /// Returns a rotation, running or ended, and its app.
    package func rotation(id: String) async throws(VaultError) -> (rotation: Rotation, app: App) {
        do {
            let found = try await store.read { [self] transaction -> (Rotation, App)? in
                let sealer = sealer
                guard let row = try transaction.row(in: .rotation, id: id) else { return nil }
                let rotation = try sealer.open(row, as: Rotation.self)
                guard let app = try transaction.row(in: .app, id: rotation.appID) else { return nil }
                return (rotation, try sealer.open(app, as: App.self))
            }
            if let found { return found }
        } catch {
            throw VaultError(translating: error)
        }
        throw Self.noSuchRotation
    }

    /// Returns the ID of the rotation that `text` refers to: an ID, a unique beginning of one, or the name of an app with
    /// a running rotation.
    package func rotationID(meant text: String) async throws(VaultError) -> String {
        if let name = Name(text), let open = catalog.app(name)?.rotation { return open.id }
        let found: [String]
        do {
            found = try await store.read { transaction in
                if try transaction.row(in: .rotation, id: text) != nil { return [text] }
                guard text.utf8.count >= Self.shortestPrefix else { return [] }
                var ids: [String] = []
                try transaction.forEachRow(in: .rotation, after: text, limit: 6) { row in
                    if case .text(let id) = row.cells[0], id.hasPrefix(text) { ids.append(id) }
                }
                return ids
            }
        } catch {
            throw VaultError(translating: error)
        }
        if found.count == 1 { return found[0] }
        guard found.isEmpty else {
            let ids = found.prefix(5).joined(separator: ", ") + (found.count > 5 ? ", …" : "")
            throw VaultError(
                .notFound, "several rotations begin with '\(text)': \(ids)", hint: "keyturn rotation show \(found[0])")
        }
        if let name = Name(text), catalog.app(name) != nil {
            throw VaultError(
                .notFound, "no rotation of '\(name)' is running", hint: "keyturn history \(name)")
        }
        throw Self.noSuchRotation
    }

    static let noSuchRotation = VaultError(
        .notFound, "there is no such rotation", hint: "keyturn rotation list")

    /// An app has one rotation at a time: the error names its state, what it waits for, and the command to continue it.
    package static func busy(_ name: Name, _ rotation: Rotation) -> VaultError {
        let reason = rotation.reason.map { ": \($0)" } ?? ""
        // A reason often names the time already.
        let due = rotation.due.map { reason.hasSuffix("\($0)") ? "" : "; it continues at \($0)" } ?? ""
        return VaultError(
            .busy, "a rotation of '\(name)' is running, in state '\(rotation.phase.words)'\(reason)\(due)",
            hint: rotation.continuation(of: name))
    }

    package static func over(_ name: Name, _ rotation: Rotation) -> VaultError {
        VaultError(
            .ended, "this rotation has ended, in state '\(rotation.phase.words)'",
            hint: "keyturn history \(name)")
    }

    /// An overlap can be ended only while there are two secrets.
    package static func notLive(_ name: Name, _ rotation: Rotation) -> VaultError {
        let now = "keyturn rotate \(name) --now"
        return VaultError(
            .busy, "the new secret is not live yet (state '\(rotation.phase.words)'): there is no overlap to end",
            hint: rotation.phase == .planned ? "keyturn rotation abort \(rotation.id), or \(now)" : now)
    }
}

extension Rotation {
    /// The command that continues it from its present state.
    package func continuation(of app: Name) -> String {
        switch phase {
        case .draining where isEndIgnored: ignoredEndHint(of: app)
        case .draining where endsNowSince == nil:
            "keyturn rotation finish \(id); for a leaked secret: keyturn rotate \(app) --now"
        case .blocked, .planned, .lostResponse, .received, .current, .draining: "keyturn rotation resume \(id)"
        default: "keyturn rotation show \(id)"
        }
    }

    /// What helps where Zoom does not revoke the old secret: `finish` does not.
    package func ignoredEndHint(of app: Name) -> String {
        "revoke the old secret in the Marketplace, then: keyturn rotation resume \(id); for a new secret before that: "
            + "keyturn rotate \(app) --now"
    }
}
