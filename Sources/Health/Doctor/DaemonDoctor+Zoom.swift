import Domain
import HTTPTransport
import SocketAPI
import Vault
import Zoom

extension DaemonDoctor {
    /// The most addresses of Zoom to check: apps of a stand-in may each have their own.
    private static let most = 5

    /// Whether the token endpoints answer. Sends no credentials: any other answer will do, since it came over verified TLS.
    func zoom(_ environments: [ZoomEnvironment]) async -> [CheckResult] {
        var urls: [EndpointURL] = []
        for environment in environments.isEmpty ? [.commercial] : environments {
            guard let url = try? environment.endpoints().tokenURL, !urls.contains(url) else { continue }
            urls.append(url)
            if urls.count == Self.most { break }
        }
        return await withTaskGroup(of: CheckResult.self) { group in
            for url in urls { group.addTask { await reach(url) } }
            var lines: [CheckResult] = []
            for await line in group { lines.append(line) }
            return lines.sorted { $0.detail < $1.detail }
        }
    }

    private func reach(_ url: EndpointURL) async -> CheckResult {
        do throws(TransportFailure) {
            let answer = try await transport.send(HTTPRequest(.get, url, limits: HTTPLimits(total: .seconds(10))))
            guard answer.status < 500 else {
                let cause = ZoomCause.serverError
                return .init(
                    .zoom, .failed, "\(url) answers \(answer.status): \(cause.meaning)", try: cause.remedy,
                    cause: cause)
            }
            return .init(.zoom, .passed, "\(url) answers (\(answer.status))")
        } catch {
            return .init(
                .zoom, .failed, "\(url): \(error)",
                try: "\(ZoomCause.unreachable.remedy); zoom.ca_file")
        }
    }
}
