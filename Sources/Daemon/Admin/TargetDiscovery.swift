import HTTPTransport
import PingFederate
import SocketAPI
import Vault

/// Lists what a console has, without changing anything there.
struct TargetDiscovery {
    let access: ConsoleAccess
    let transport: any HTTPTransport

    /// Lists what a console has, before a target exists.
    /// - Parameters:
    ///   - connection: the connection whose settings to list. The list of all connections, which can be long, is then not
    ///     read.
    ///   - filter: a part of the name or entity ID of the connections to list.
    func discover(in connection: String?, matching filter: String?) async throws(Problem) -> ConsoleDiscovery {
        do throws(ConsoleFailure) {
            let console = try await ConsoleSession(access, over: transport)
            let version = try await console.version()
            guard let connection else {
                return ConsoleDiscovery(version, nil, try await console.connections(matching: filter))
            }
            return ConsoleDiscovery(version, try await into(connection, console))
        } catch {
            throw Problem(error)
        }
    }

    /// Lists what the console of a target has: all connections, including the target's if it still exists.
    func discover(_ target: PushTarget) async throws(Problem) -> ConsoleDiscovery {
        do throws(ConsoleFailure) {
            let console = try await ConsoleSession(access, over: transport)
            let version = try await console.version()
            var found: Found?
            do { found = try await into(target.connection, console) } catch {
                guard error.status == 404 else { throw error }
            }
            return ConsoleDiscovery(version, found, try await console.connections())
        } catch {
            throw Problem(error)
        }
    }

    /// The settings of a connection for a target that is being added.
    func fields(of connection: String, _ given: TargetFields) async throws(Problem) -> PushTarget.Fields {
        let found: Found
        do throws(ConsoleFailure) {
            found = try await into(connection, try await ConsoleSession(access, over: transport))
        } catch {
            throw Problem(error)
        }
        return try TargetFieldChoice(given: given, found: found.fields, settings: found.settings).fields()
    }

    fileprivate struct Found {
        let connection: String
        let settings: [String]
        let fields: DiscoveredFields
    }

    private func into(_ id: String, _ console: ConsoleSession) async throws(ConsoleFailure) -> Found {
        let connection = try await console.connection(id)
        return Found(
            connection: id, settings: connection.settingNames, fields: try await console.discover(connection))
    }
}

extension ConsoleDiscovery {
    fileprivate init(
        _ version: String, _ found: TargetDiscovery.Found?, _ connections: [SPConnection.Summary] = []
    ) {
        self.init(
            version: version,
            connections: connections.map {
                Connection(id: $0.id, name: $0.name, connector: $0.connector, isActive: $0.isActive)
            },
            connection: found?.connection, settings: found?.settings ?? [],
            fields: TargetFields(
                accountID: found?.fields.accountID.name, clientID: found?.fields.clientID.name,
                clientSecret: found?.fields.clientSecret.name),
            accountIDCandidates: found?.fields.accountID.candidates ?? [])
    }
}
