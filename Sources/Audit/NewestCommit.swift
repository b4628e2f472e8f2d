package import SecretMemory

extension LogDirectory {
    /// The highest commit of the vault that the log names; 0 when it names none.
    ///
    /// Each file's first line names the highest commit of those before it, so that one file is read. Files without a line
    /// that has the vault's key behind it do not count: whoever can put files here cannot have the vault refused.
    package func newestCommit(key: borrowing SecretBytes) throws(AuditError) -> Int {
        guard exists else { return 0 }
        for number in try segments().reversed() {
            let scan = try SegmentScan(number, in: self, key: key, anchor: .start)
            if scan.lines > 0 { return scan.commit }
        }
        return 0
    }
}
