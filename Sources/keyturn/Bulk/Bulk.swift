import Dispatch
import Domain
import SecretMemory
import SocketAPI
import Synchronization
import Terminal

/// A command for several apps: a plan, a question, and then a few apps at once.
struct Bulk {
    typealias Result = BulkReport.Result

    /// How far a failure reaches: whether the next app would fail in the same way.
    enum Reach { case app, account, all }

    /// The result of one app, and whether it stops others.
    struct Attempt {
        let result: Result
        var reach = Reach.app
    }

    /// Few enough that Zoom, whose limits are for an account, never has more requests at once than from the scheduler.
    static let mostAtOnce = 4

    /// `rotate`.
    let verb: String
    let chosen: ChosenApps
    let common: CommonOptions
    let yes: Bool
    let dryRun: Bool

    /// - Parameters:
    ///   - plan: what will be done with an app, or why it is left out.
    ///   - act: does it.
    ///   - ending: what follows once all apps had their turn.
    func run(
        plan: (AppDocument) throws -> Result, act: @escaping @Sendable (AppDocument) throws -> Attempt,
        ending: ([Result], (Result) -> Void) throws -> [Result] = { results, _ in results }
    ) throws {
        let apps = chosen.selection.apps(of: try common.admin.send(.get, "/v1/apps").document())
        guard !apps.isEmpty else { throw CommandFailure(.notFound, chosen.selection.words, try: "keyturn app list") }
        let planned = try apps.map(plan)
        let text = BulkText(verb, planned)
        if !common.json { StandardOutput.write(text.planned(dryRun)) }
        var results = planned
        if !dryRun, text.count > 0 {
            try common.confirm("\(verb) \(counted(text.count, "app"))?", yes: yes)
            let meant = zip(apps, planned).filter { $0.1.outcome == .planned }.map(\.0)
            let tell: @Sendable (Result) -> Void = { [isQuiet = common.json] in
                if !isQuiet { StandardOutput.write(text.line($0)) }
            }
            let tried = Self.each(of: meant, act, telling: tell)
            results = planned.filter { $0.outcome != .planned } + (try ending(tried, tell))
        }
        let report = BulkReport(command: verb, dryRun: dryRun, results: results)
        if common.json {
            StandardOutput.write(document: report)
        }
        guard report.exitStatus != .done else { return }
        throw CommandFailure(report.exitStatus, BulkText.failure(report.results))
    }

    /// Does the work for each app, a few at once, and tells of each result.
    private static func each(
        of apps: [AppDocument], _ act: @escaping @Sendable (AppDocument) throws -> Attempt,
        telling tell: @escaping @Sendable (Result) -> Void
    ) -> [Result] {
        struct Progress {
            var next = 0
            var results: [Result] = []
            /// The failure that stops an account's apps; under the empty name, all apps.
            var stopped: [String: Result] = [:]
        }
        let progress = Mutex(Progress())
        /// The next app, and the result that keeps it from being tried.
        @Sendable func turn() -> (app: AppDocument, stopped: Result?)? {
            progress.withLock { progress in
                guard progress.next < apps.count else { return nil }
                defer { progress.next += 1 }
                let app = apps[progress.next]
                return (app, progress.stopped[""] ?? progress.stopped[app.accountID])
            }
        }
        let group = DispatchGroup()
        for _ in 0..<min(apps.count, mostAtOnce) {
            // A queue of its own has a thread of its own: calls of the daemon block.
            DispatchQueue(label: "keyturn.bulk").async(group: group) {
                while let (app, stopped) = turn() {
                    let attempt =
                        stopped.map { Attempt(result: untried(app, because: $0)) } ?? attempted(app, act)
                    progress.withLock { progress in
                        progress.results.append(attempt.result)
                        switch attempt.reach {
                        case .app: break
                        case .account: progress.stopped[app.accountID] = attempt.result
                        case .all: progress.stopped[""] = attempt.result
                        }
                        tell(attempt.result)
                    }
                }
            }
        }
        group.wait()
        return progress.withLock(\.results)
    }

    private static func untried(_ app: AppDocument, because failure: Result) -> Result {
        Result(
            app.name, .notTried, Advice("as with \(failure.app): \(failure.detail)"), exitStatus: failure.exitStatus)
    }

    private static func attempted(_ app: AppDocument, _ act: (AppDocument) throws -> Attempt) -> Attempt {
        do { return try act(app) } catch let error as ClientError {
            let failure = CommandFailure(error)
            return Attempt(result: Result(app.name, failure), reach: error.reach)
        } catch let failure as CommandFailure {
            return Attempt(result: Result(app.name, failure))
        } catch {
            return Attempt(result: Result(app.name, CommandFailure(.internal, "an unexpected error: \(error)")))
        }
    }
}

extension BulkReport.Result {
    init(_ app: Name, _ failure: CommandFailure, rotation: String? = nil) {
        self.init(
            app, .failed, failure.advice ?? Advice("failed"), exitStatus: failure.status, rotation: rotation)
    }
}

extension ClientError {
    fileprivate var reach: Bulk.Reach {
        switch self {
        case .timedOut, .answerTooLarge, .malformedAnswer: .app
        case .notRunning, .notListening, .permissionDenied, .stranger, .pathTooLong, .closedEarly, .failed: .all
        case .problem(let problem):
            switch problem.code {
            // Zoom cannot be reached, or limits the account's calls.
            case .upstreamUnavailable: .account
            case .locked, .notPermitted, .notGranted, .storageFailed, .auditUnavailable, .tooManyRequests: .all
            default: .app
            }
        }
    }
}
