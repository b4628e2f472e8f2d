import CPlatform
package import Domain

/// The version of the whole package: the programs are released together.
package let keyturnVersion = "0.1.0"

/// A day before the release of this version, 2026-11-20: a clock with an earlier date is wrong.
package let keyturnReleased = Timestamp(unixSeconds: 1_795_132_800)

/// The output of `--version`: `keyturn 0.1.0`, and the commit (`keyturn 0.1.0 (1a2b3c4)`, or `(1a2b3c4, changed)` for a
/// tree with uncommitted changes) if scripts/package built the program.
package func versionLine(of program: String) -> String {
    let commit = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { bytes in
        unsafe kt_commit(bytes.baseAddress)
        return unsafe bytes.baseAddress.map { unsafe String(cString: $0) } ?? ""
    }
    return "\(program) \(keyturnVersion)" + (commit.isEmpty ? "" : " (\(commit))")
}
