import CPlatform
import Glibc

/// What the daemon gave up for good before it served anybody, and the outcomes.
package struct Confinement: Sendable {
    /// Why a measure failed, as an errno; 0 if it succeeded.
    package struct Outcome: Equatable, Sendable {
        package var privileges: CInt = 0
        package var capabilities: CInt = 0
        package var calls: CInt = 0
        /// The outcome for programs that the daemon starts.
        package var files: CInt = 0

        package init() {}

        fileprivate init(_ found: kt_confined) {
            (privileges, capabilities) = (found.privileges, found.capabilities)
            (calls, files) = (found.calls, found.files)
        }
    }

    package let outcome: Outcome
    /// Whether the process may still start programs.
    package let startsPrograms: Bool

    package init(_ outcome: Outcome, startsPrograms: Bool) {
        self.outcome = outcome
        self.startsPrograms = startsPrograms
    }

    /// Gives up what the daemon never needs, for all later threads. Call it while there is only one: the kernel
    /// confines one thread at a time.
    package static func begin(startsPrograms: Bool) -> Confinement {
        var found = kt_confined()
        unsafe kt_confine(Capabilities.needed.bits, startsPrograms ? 1 : 0, &found)
        return Confinement(Outcome(found), startsPrograms: startsPrograms)
    }

    /// Tries out, in a child process, how a program is confined that starts now and must not write in these directories.
    package static func ofProgram(keptOutOf directories: [String]) -> Outcome {
        var found = kt_confined()
        let reason = unsafe withClosed(directories) { unsafe kt_try_confine_program($0, &found) }
        guard reason != 0 else { return Outcome(found) }
        var outcome = Outcome()
        outcome.files = reason
        return outcome
    }

    /// The directories as C expects them: a list that ends with a null pointer.
    package static func withClosed<T>(
        _ directories: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T
    ) -> T {
        let copies = unsafe directories.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        let list: [UnsafePointer<CChar>?] = unsafe copies.map { unsafe UnsafePointer($0) } + [nil]
        return unsafe list.withUnsafeBufferPointer { buffer in
            var none: UnsafePointer<CChar>?
            return unsafe withUnsafePointer(to: &none) { unsafe body(buffer.baseAddress ?? $0) }
        }
    }
}
