import Glibc

/// A filter of system calls around a process, as a service manager or a container runtime puts one there before it starts.
enum OuterFilter {
    #if arch(x86_64)
        static let (seccomp, capset, prctl) = (317, 126, 157)
    #else
        static let (seccomp, capset, prctl) = (277, 91, 167)
    #endif

    private struct Instruction {
        var code: UInt16
        var onTrue: UInt8 = 0
        var onFalse: UInt8 = 0
        var value: UInt32
    }

    /// Denies them to the calling thread, and all that it starts, with EPERM.
    static func deny(_ calls: [Int]) -> Bool {
        var program = [Instruction(code: 0x20, value: 0)]
        for call in calls {
            program.append(Instruction(code: 0x15, onFalse: 1, value: UInt32(call)))
            program.append(Instruction(code: 0x06, value: 0x0005_0000 | UInt32(EPERM)))
        }
        program.append(Instruction(code: 0x06, value: 0x7FFF_0000))
        return unsafe program.withUnsafeBytes { code in
            var given = (count: UInt(calls.count * 2 + 2), code: UInt(bitPattern: code.baseAddress))
            return unsafe withUnsafeMutablePointer(to: &given) { given in
                control(38, 1, 0) && control(22, 2, Int(bitPattern: given))
            }
        }
    }

    /// prctl(2), which Swift does not import.
    private static func control(_ option: Int, _ first: Int, _ second: Int) -> Bool {
        typealias Call = @convention(c) (Int, Int, Int, Int, Int, Int) -> Int
        guard let symbol = unsafe dlsym(nil, "syscall") else { return false }
        return unsafe unsafeBitCast(symbol, to: Call.self)(prctl, option, first, second, 0, 0) == 0
    }
}
