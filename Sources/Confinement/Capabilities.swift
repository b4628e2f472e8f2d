import CPlatform

/// A set of capabilities, capabilities(7).
package struct Capabilities: Equatable, Sendable, CustomStringConvertible {
    package let bits: UInt64

    package init(bits: UInt64) { self.bits = bits }

    /// The capabilities that the daemon uses if it has them, that is, when root runs it: to give sockets to groups, to
    /// read files of other users, to lock keys in memory, and to inspect other users' programs for policies with
    /// `--exe`.
    package static let needed = Capabilities(
        bits: UInt64(KT_CAP_CHOWN | KT_CAP_DAC_READ_SEARCH)
            | UInt64(KT_CAP_IPC_LOCK | KT_CAP_SYS_PTRACE))

    package var isEmpty: Bool { bits == 0 }

    package func isSubset(of other: Capabilities) -> Bool { bits & ~other.bits == 0 }

    package func union(_ other: Capabilities) -> Capabilities { Capabilities(bits: bits | other.bits) }

    /// By name for those that the daemon may keep.
    package var description: String {
        let named: [UInt64: String] = [
            UInt64(KT_CAP_CHOWN): "cap_chown", UInt64(KT_CAP_DAC_READ_SEARCH): "cap_dac_read_search",
            UInt64(KT_CAP_IPC_LOCK): "cap_ipc_lock", UInt64(KT_CAP_SYS_PTRACE): "cap_sys_ptrace",
        ]
        return (0..<64).filter { bits >> $0 & 1 == 1 }.map { named[1 << $0] ?? "\($0)" }.joined(separator: ", ")
    }
}
