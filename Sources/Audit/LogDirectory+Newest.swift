package import Domain
package import SecretMemory

extension LogDirectory {
    /// The end of the log, according to the newest file.
    package struct Newest: Equatable, Sendable {
        /// The highest commit of the vault in the log; 0 for none.
        package let commit: Int
        /// When the last line was written, by the clock at that time; `nil` when there is none.
        package let time: Timestamp?

        package init(commit: Int = 0, time: Timestamp? = nil) {
            self.commit = commit
            self.time = time
        }
    }

    /// Reads one file only, because the first line of each contains the highest commit of the files before it. Files
    /// without a line that the vault's key authenticates do not count: a user who can write here must not be able to
    /// block the vault.
    package func newest(key: borrowing SecretBytes) throws(AuditError) -> Newest {
        guard exists else { return Newest() }
        for number in try segments().reversed() {
            let scan = try SegmentScan(number, in: self, key: key, anchor: .start)
            if scan.lines > 0 { return Newest(commit: scan.commit, time: scan.time) }
        }
        return Newest()
    }
}
