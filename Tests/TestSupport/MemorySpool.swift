import Synchronization
package import Vault

/// The spool's contract, kept in memory, with a disk that can be told to fail.
package final class MemorySpool: SpoolStore {
    private struct State {
        var files: [SpoolFile] = []
        var made = 0
        var failure: StoreError?
        var isFull = false
    }

    private let state = Mutex(State())

    package init() {}

    /// What every call meets from now on; `nil` heals the disk.
    package func fail(with failure: StoreError?) { state.withLock { $0.failure = failure } }

    /// Whether there is no room for more, while what is there can be freed.
    package func fill(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    package var all: [SpoolFile] { state.withLock { $0.files } }

    /// Puts a file there, as an earlier process, or somebody else, may have.
    package func plant(_ bytes: [UInt8]) {
        state.withLock { state in
            state.made += 1
            state.files.append(SpoolFile(name: "spool/slot-\(state.made)", bytes: bytes))
        }
    }

    package func prepare() async throws(StoreError) { try check() }

    package func save(_ bytes: [UInt8]) async throws(StoreError) -> SpoolFile {
        try check()
        guard !state.withLock({ $0.isFull }) else { throw StoreError(.diskFull, "full") }
        plant(bytes)
        return all[all.count - 1]
    }

    package func files() async throws(StoreError) -> [SpoolFile] {
        try check()
        return all
    }

    package func free(_ file: SpoolFile) async throws(StoreError) {
        try check()
        state.withLock { $0.files.removeAll { $0 == file } }
    }

    private func check() throws(StoreError) { if let failure = state.withLock({ $0.failure }) { throw failure } }
}
