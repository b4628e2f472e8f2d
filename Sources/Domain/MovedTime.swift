#if FAULT_POINTS
    import Glibc

    /// The machine's clocks, moved by as many seconds as a file says. For tests: only debug builds have it.
    ///
    /// The file is what `KEYTURN_TEST_CLOCK` names: three numbers of 64 bits, seconds to add to the wall clock and to the
    /// boot clock, and how often a daemon has looked at what is due. It is mapped, so that a change shows at the next
    /// reading, in every process that was given the file.
    package struct MovedTime: TimeSource {
        private let base = SystemTime()
        /// Where the mapping is; it stays for the life of the process.
        private let address: UInt

        /// `nil` where the variable is not set, or names no such file.
        package init?() {
            guard let path = unsafe getenv("KEYTURN_TEST_CLOCK") else { return nil }
            let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            guard let start = unsafe mmap(nil, 24, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
                unsafe start != MAP_FAILED
            else { return nil }
            address = UInt(bitPattern: start)
        }

        package var now: Moment {
            let now = base.now
            guard let offsets = unsafe UnsafePointer<Int>(bitPattern: address) else { return now }
            return unsafe Moment(wall: now.wall + offsets[0], boot: now.boot + offsets[1])
        }

        /// Counts a look at what is due, for tests that wait until there was one.
        package func looked() {
            guard let numbers = unsafe UnsafeMutablePointer<Int>(bitPattern: address) else { return }
            unsafe numbers[2] += 1
        }
    }
#endif

/// The clocks that a process goes by: the machine's own, in every release build.
package func processTime() -> any TimeSource {
    #if FAULT_POINTS
        if let moved = MovedTime() { return moved }
    #endif
    return SystemTime()
}
