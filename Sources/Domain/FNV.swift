extension String {
    /// The 64-bit FNV-1a hash, the same in each run, unlike Swift's own hashing: for spreading work, and for nothing that an
    /// attacker may choose.
    package var fnv1a: UInt64 { utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
}
