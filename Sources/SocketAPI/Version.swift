import CPlatform
package import Domain

/// The version of everything in this package: the programs are released together.
package let keyturnVersion = "0.1.0"

/// A day on which this version was not out yet, 2026-11-20: a clock that says an earlier one is wrong.
package let keyturnReleased = Timestamp(unixSeconds: 1_795_132_800)

/// What `--version` of a program prints: `keyturn 0.1.0`, and the commit behind it (`keyturn 0.1.0 (1a2b3c4)`, or
/// `(1a2b3c4, changed)` for a tree with changes of its own) where scripts/package built it.
package func versionLine(of program: String) -> String {
    let commit = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { bytes in
        unsafe kt_commit(bytes.baseAddress)
        return unsafe bytes.baseAddress.map { unsafe String(cString: $0) } ?? ""
    }
    return "\(program) \(keyturnVersion)" + (commit.isEmpty ? "" : " (\(commit))")
}
