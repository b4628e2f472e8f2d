import ArgumentParser
import Domain
import ErrorCatalog
import SecretMemory
import SocketAPI

/// Completions of an argument: only names that the daemon knows. Without a daemon, or without permission, there are none,
/// and no message.
extension CompletionKind {
    static var apps: Self {
        asking(\.admin, "/v1/apps") { try $0.document(AppList.self).apps.map(\.name.description) }
    }
    /// The apps that the caller may fetch.
    static var grantedApps: Self {
        asking(\.agent, "/v1/apps") { try $0.document(AppsAnswer.self).apps.map(\.app.description) }
    }
    static var clients: Self {
        asking(\.admin, "/v1/clients") { try $0.document(ClientList.self).clients.map(\.name.description) }
    }
    static var targets: Self {
        asking(\.admin, "/v1/targets") { try $0.document(TargetList.self).targets.map(\.name.description) }
    }
    static var rotations: Self {
        asking(\.admin, "/v1/rotations") { try $0.document(RotationList.self).rotations.map(\.id) }
    }
    static var codes: Self { .list(ErrorCatalog.all.map(\.code)) }

    private static func asking(
        _ socket: any KeyPath<CommonOptions, SocketClient> & Sendable, _ path: RequestPath,
        _ names: @escaping @Sendable (consuming Answer) throws -> [String]
    ) -> Self {
        .custom { words, _, _ in
            let options = try? CommonOptions.parse(Self.placeOptions(in: words))
            guard let answer = try? options?[keyPath: socket].send(.get, path, within: .seconds(2)) else { return [] }
            return (try? names(answer)) ?? []
        }
    }

    /// The options on the line that select the daemon.
    private static func placeOptions(in words: [String]) -> [String] {
        zip(words, words.dropFirst()).flatMap { word, next in
            ["--runtime-dir", "--state-dir"].contains(word) ? [word, next] : []
        }
    }
}
