package import Domain
import Envelope
import Glibc
package import SecretMemory

extension AuditLog {
    /// Opens the log at its end, or creates one.
    ///
    /// A log that does not match the anchor was changed by somebody else. It continues in a new file that says so:
    /// refusing service would let anybody who can write to the directory stop the daemon.
    /// - Parameters:
    ///   - key: the log's key, from the vault.
    ///   - anchor: the last line that was on disk, according to the vault.
    package static func open(
        in directory: LogDirectory, key: borrowing SecretBytes, anchor: AuditHead, limits: Limits = Limits(),
        time: any TimeSource, note: @escaping @Sendable (AuditNote) -> Void
    ) throws(AuditError) -> AuditLog {
        try directory.ensure()
        let now = time.now.wall
        guard let last = try directory.segments().last else {
            return try begin(
                1, in: directory, key, after: anchor, limits, time, note,
                because: anchor.sequence > 0 ? "the log is missing; it had \(counted(anchor.sequence, "line"))" : nil)
        }
        let path = directory.path(of: last)
        let scan = try SegmentScan(last, in: directory, key: key, anchor: anchor)
        if let trouble = scan.trouble(path, anchor) {
            let head = scan.head.sequence >= anchor.sequence && scan.holdsAnchor != false ? scan.head : anchor
            return try begin(
                last + 1, in: directory, key, after: head, commit: try directory.newest(key: key).commit, limits, time,
                note, because: trouble)
        }
        let file = try SegmentFile.open(last, in: directory)
        if scan.isTorn {
            try file.truncate(to: scan.goodBytes)
            note(.torn(path: path, bytes: scan.badBytes))
        }
        if scan.lines == 0 {
            // Only an incomplete first line.
            return try begin(
                last + 1, in: directory, key, after: anchor, commit: try directory.newest(key: key).commit, limits,
                time,
                note, because: nil)
        }
        // From here on its lines count as being on disk, and the vault deletes its copies.
        try file.sync()
        let state = State(
            chain: try chain(key, scan.head), file: file, size: scan.goodBytes, commit: scan.commit)
        let isToday = scan.time.map { $0.unixSeconds / 86_400 == now.unixSeconds / 86_400 } ?? false
        let log = AuditLog(
            state, in: directory, limits: limits, refused: isToday ? scan.refusedBytes : 0, time: time, note: note)
        if scan.isTorn {
            try log.append([AuditEvent(.init("log.torn"), .done, [("bytes", .number(scan.badBytes))])], at: now)
        }
        return log
    }

    private static func begin(
        _ number: Int, in directory: LogDirectory, _ key: borrowing SecretBytes, after head: AuditHead,
        commit: Int = 0, _ limits: Limits, _ time: any TimeSource, _ note: @escaping @Sendable (AuditNote) -> Void,
        because trouble: String?
    ) throws(AuditError) -> AuditLog {
        let file = try SegmentFile.create(number, in: directory)
        let state = State(chain: try chain(key, head), file: file, size: 0, commit: commit)
        let log = AuditLog(state, in: directory, limits: limits, time: time, note: note)
        do throws(AuditError) {
            try log.append([.begin(number, after: head, because: trouble)], at: time.now.wall, commit: commit)
        } catch {
            // Opening is retried each second, and each attempt would leave a file.
            unsafe unlink(file.path)
            throw error
        }
        if let trouble { log.report(trouble) }
        return log
    }

    private static func chain(_ key: borrowing SecretBytes, _ head: AuditHead) throws(AuditError) -> LineChain {
        do { return try LineChain(key: key, head: head) } catch { throw AuditError(.library, "\(error)") }
    }
}

extension SegmentScan {
    /// What is wrong with the newest file of a log, as text.
    fileprivate func trouble(_ path: String, _ anchor: AuditHead) -> String? {
        if holdsAnchor == false { return "\(path): line \(anchor.sequence) is not the one that was written" }
        if badBytes > 0, !isTorn { return "\(path) was changed after line \(head.sequence)" }
        if head.sequence < anchor.sequence {
            return "\(path) ends at line \(head.sequence), although line \(anchor.sequence) was on disk"
        }
        return nil
    }
}
