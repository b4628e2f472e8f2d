import Domain
import Envelope
package import SecretMemory

/// Reads a whole log again and reports everything that differs from what was written.
package struct AuditVerifier {
    /// The result.
    package struct Report: Equatable, Sendable {
        package var segments = 0
        package var lines = 0
        /// The numbers of the first and the last line; both 0 for an empty log.
        package var first = 0
        package var last = 0
        /// The code of the last line; `nil` for an empty log.
        package var code: String?
        /// The problems, each in a sentence that names the file. Empty when the log is intact.
        package var findings: [String] = []
    }

    /// - Parameters:
    ///   - anchor: the last line that must be there.
    ///   - from: the first file to read, if older ones were moved away; their lines then do not count as missing.
    package static func verify(
        _ directory: LogDirectory, key: borrowing SecretBytes, anchor: AuditHead, from: Int? = nil
    ) throws(AuditError) -> Report {
        var report = Report()
        let numbers = try directory.segments().filter { $0 >= from ?? 1 }
        var expected: AuditHead? = from == nil ? .start : nil
        var hasAnchor = anchor.sequence == 0
        for (index, number) in numbers.enumerated() {
            let path = directory.path(of: number)
            let scan = try SegmentScan(number, in: directory, key: key, anchor: anchor)
            report.segments += 1
            report.lines += scan.lines
            if index > 0, number != numbers[index - 1] + 1 {
                report.findings.append("\(directory.path(of: number - 1)) is missing")
            }
            guard let begin = scan.begin else {
                report.findings.append("\(path) does not begin like a file of this log")
                continue
            }
            if let expected, begin != expected {
                report.findings.append(
                    begin.sequence > expected.sequence
                        ? "lines \(expected.sequence + 1) to \(begin.sequence) are missing before \(path)"
                        : "\(path) does not continue the file before it")
            }
            if scan.holdsAnchor == true { hasAnchor = true }
            if scan.holdsAnchor == false {
                report.findings.append("\(path): line \(anchor.sequence) is not the one that was written")
            }
            // The newest file may end in a line that is just being written.
            if scan.badBytes > 0, !(scan.isTorn && index == numbers.count - 1) {
                report.findings.append("\(path) was changed after line \(scan.head.sequence)")
            }
            if report.first == 0, scan.lines > 0 { report.first = begin.sequence + 1 }
            report.last = scan.head.sequence
            report.code = scan.head.sequence == 0 ? nil : scan.head.code.description
            expected = scan.head
        }
        if numbers.isEmpty, anchor.sequence > 0 {
            report.findings.append("the log is missing; it had \(counted(anchor.sequence, "line"))")
        } else if !hasAnchor, report.last < anchor.sequence {
            report.findings.append("the log ends at line \(report.last), although line \(anchor.sequence) was on disk")
        }
        return report
    }
}
