#if FAULT_POINTS
    import Glibc
    import Synchronization
    import Vault

    /// A disk that fails at chosen commits. For tests: exists in debug builds only.
    ///
    /// `KEYTURN_TEST_DISK=full:N:M` or `ioerr:N:M`: the N-th commit of the process and the M - 1 after it fail and are
    /// rolled back. Nothing else is affected.
    final class DiskFault: Sendable {
        static let shared = DiskFault()

        private let struck: ClosedRange<Int>?
        private let error: StoreError
        private let commits = Mutex(0)

        private init() {
            let text = unsafe getenv("KEYTURN_TEST_DISK").map { unsafe String(cString: $0) } ?? ""
            let parts = text.split(separator: ":")
            let numbers = parts.dropFirst().compactMap { Int($0) }
            struck = numbers.count == 2 ? numbers[0]...(numbers[0] + max(numbers[1], 1) - 1) : nil
            error =
                parts.first == "ioerr"
                ? StoreError(.inputOutput, "the disk failed, as a test wants it")
                : StoreError(.diskFull, "the disk is full, as a test wants it")
        }

        /// Call it within the transaction, right before the commit.
        func strike() throws(StoreError) {
            guard let struck else { return }
            let commit = commits.withLock { count in
                count += 1
                return count
            }
            if struck.contains(commit) { throw error }
        }
    }
#endif
