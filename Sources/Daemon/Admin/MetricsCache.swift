import Domain
import SocketAPI

/// Caches the metrics for local scrapers, which may request them as often as they like: gathered at most once a second,
/// and once at a time.
actor MetricsCache {
    private let time: any TimeSource
    private let gather: @Sendable () async -> RenderedResponse
    private var last: (second: Int, answer: Task<RenderedResponse, Never>)?
    private var isGathering = false

    init(_ time: any TimeSource, _ gather: @escaping @Sendable () async -> RenderedResponse) {
        self.time = time
        self.gather = gather
    }

    var answer: RenderedResponse {
        get async {
            let second = time.now.boot
            if let last, isGathering || last.second == second { return await last.answer.value }
            isGathering = true
            let gathering = Task { [gather] in await gather() }
            last = (second, gathering)
            let answer = await gathering.value
            isGathering = false
            return answer
        }
    }
}
