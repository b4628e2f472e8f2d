#if FAULT_POINTS
    import Glibc
    import Synchronization
    import Vault

    /// A disk that fails at chosen commits. For tests: only debug builds have it.
    ///
    /// `KEYTURN_TEST_DISK=full:N:M` or `ioerr:N:M`: the N-th commit of the process and the M - 1 after it fail, and what
    /// they were to write is undone. Nothing else is touched.
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

        /// To be called within the transaction, when nothing is left to do but to commit it.
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
