import Testing

@testable import Confinement

@Suite struct ConfinementStatusTests {
    private static func status(_ privileges: Int, _ seccomp: Int, _ permitted: String) -> String {
        "Name:\tkeyturnd\nCapInh:\t0000000000000000\nCapPrm:\t\(permitted)\nCapEff:\t0000000000000000\n"
            + "NoNewPrivs:\t\(privileges)\nSeccomp:\t\(seccomp)\nSeccomp_filters:\t1\n"
    }

    @Test func `the kernel's report is read`() {
        let confined = ConfinementStatus(status: Self.status(1, 2, "0000000000084005"))
        #expect(confined == ConfinementStatus(isUnprivileged: true, isFiltered: true, capabilities: .needed))
        let free = ConfinementStatus(status: Self.status(0, 0, "000001ffffffffff"))
        #expect(free?.isUnprivileged == false && free?.isFiltered == false)
        #expect(free?.capabilities.isSubset(of: .needed) == false)
        // Strict mode is no filter.
        #expect(ConfinementStatus(status: Self.status(1, 1, "0"))?.isFiltered == false)
        #expect(ConfinementStatus(status: "Name:\tkeyturnd\n") == nil)
    }

    @Test func `the widest of all threads counts`() {
        let confined = ConfinementStatus(isUnprivileged: true, isFiltered: true, capabilities: Capabilities(bits: 1))
        let free = ConfinementStatus(isUnprivileged: false, isFiltered: false, capabilities: Capabilities(bits: 4))
        for joined in [confined.joined(free), free.joined(confined)] {
            #expect(!joined.isUnprivileged && !joined.isFiltered)
            #expect(joined.capabilities == Capabilities(bits: 5))
        }
    }

    @Test func `this process's own report is there`() { #expect(ConfinementStatus.current != nil) }

    @Test func `capabilities have their names`() {
        #expect(Capabilities.needed.description == "cap_chown, cap_dac_read_search, cap_ipc_lock, cap_sys_ptrace")
        #expect(Capabilities(bits: 1 << 21).description == "21" && Capabilities(bits: 0).isEmpty)
    }
}
