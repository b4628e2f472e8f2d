#if FAULT_POINTS
    import Glibc
    import Synchronization
    package import Vault

    /// A publisher that misbehaves according to `KEYTURN_TEST_PUBLISHER`. For tests: exists in debug builds only.
    ///
    /// `fail:N` fails N times and then confirms. `hang:SECONDS` makes the first attempt of the process take that long and
    /// ignore its cancellation, and confirms all others. `hang:SECONDS:LIMIT` also sets the time limit of an attempt.
    package final class ScriptedPublisher: SecretPublisher {
        package let limit: Int?
        private let hang: Int?
        private let failures: Mutex<Int>
        private let isFirst = Mutex(true)

        /// `nil` when the variable is not set.
        package init?() {
            guard let text = unsafe getenv("KEYTURN_TEST_PUBLISHER") else { return nil }
            let parts = unsafe String(cString: text).split(separator: ":")
            let number = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            failures = Mutex(parts.first == "fail" ? number : 0)
            hang = parts.first == "hang" ? number : nil
            limit = parts.count > 2 ? Int(parts[2]) : nil
        }

        package func publish(_ credential: Credential, of app: App) async -> PublishOutcome {
            let isFirst = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            if isFirst, let hang {
                let sleep = Task.detached { try? await Task.sleep(for: .seconds(hang)) }
                await sleep.value
            }
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            return fails ? .later(retryAfter: nil, reason: "the target refused, as a test wants it") : .confirmed
        }

        package func laggards(_ credential: Credential, of app: App) async -> [Laggard] { [] }
    }

    /// `KEYTURN_TEST_END_LEAD`: how many seconds ahead Zoom is asked to revoke an old secret, instead of two minutes. For
    /// tests: exists in debug builds only.
    package enum EndLead {
        package static var forTests: Int? {
            guard let text = unsafe getenv("KEYTURN_TEST_END_LEAD") else { return nil }
            return unsafe Int(String(cString: text))
        }
    }
#endif
