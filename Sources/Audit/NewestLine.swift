package import Domain
package import SecretMemory

extension LogDirectory {
    /// What the newest file tells of the log's end.
    package struct Newest: Equatable, Sendable {
        /// The highest commit of the vault that the log names; 0 when it names none.
        package let commit: Int
        /// When the last line was written, by the clock of then; `nil` when there is none.
        package let time: Timestamp?

        package init(commit: Int = 0, time: Timestamp? = nil) {
            self.commit = commit
            self.time = time
        }
    }

    /// Each file's first line names the highest commit of those before it, so that one file is read. Files without a line
    /// that has the vault's key behind it do not count: a user who can put files here cannot have the vault refused.
    package func newest(key: borrowing SecretBytes) throws(AuditError) -> Newest {
        guard exists else { return Newest() }
        for number in try segments().reversed() {
            let scan = try SegmentScan(number, in: self, key: key, anchor: .start)
            if scan.lines > 0 { return Newest(commit: scan.commit, time: scan.time) }
        }
        return Newest()
    }
}
