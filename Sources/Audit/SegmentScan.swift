import Domain
import Envelope
import Glibc
import SecretJSON
import SecretMemory
import System

/// The content of one file of the log, as far as its lines form a chain.
struct SegmentScan {
    /// The head before the first line, according to that line; `nil` when it is not the first line of a file.
    private(set) var begin: AuditHead?
    /// The head after the last line of the chain.
    private(set) var head = AuditHead.start
    private(set) var lines = 0
    /// The position of the end of that line, in bytes.
    private(set) var goodBytes = 0
    /// The number of bytes after it.
    private(set) var badBytes = 0
    /// Whether the rest is only the beginning of a line, as a crash leaves it.
    private(set) var isTorn = false
    /// The highest commit of the vault in a line.
    private(set) var commit = 0
    /// The time of the last line of the chain, as text; empty without one.
    private var timeText: [UInt8] = []
    /// Whether the file matches the anchor; `nil` when the anchor's line is not in this file.
    private(set) var holdsAnchor: Bool?

    /// The size of the lines about refusals on the day of the last line, in bytes.
    private(set) var refusedBytes = 0

    /// When the last line of the chain was written.
    var time: Timestamp? { Timestamp(String(decoding: timeText, as: UTF8.self)) }

    /// - Parameters:
    ///   - number: the file's number, which its first line repeats, so that one file cannot replace another.
    ///   - each: called with each line of the chain, without its line feed.
    init(
        _ number: Int, in directory: LogDirectory, key: borrowing SecretBytes, anchor: AuditHead,
        each: (ArraySlice<UInt8>) -> Void = { _ in }
    ) throws(AuditError) {
        let path = directory.path(of: number)
        var reader = try LineReader(path: path)
        var chain: LineChain
        do { chain = try LineChain(key: key, head: .start) } catch { throw AuditError(.library, "\(error)") }
        scan: while true {
            switch try reader.next() {
            case .end, .overlong: break scan
            case .torn(let count):
                badBytes = count
                isTorn = true
                break scan
            case .whole(let line):
                if lines == 0 {
                    guard let first = Self.begin(line, of: number) else { break scan }
                    begin = first
                    chain.jump(to: first)
                }
                let isGood: Bool
                do { isGood = try chain.accept(line) } catch { throw AuditError(.library, "\(error)") }
                guard isGood else { break scan }
                lines += 1
                goodBytes = reader.offset
                if let parts = LineParts(line) {
                    if let named = parts.commit { commit = max(commit, named) }
                    if !parts.time.prefix(10).elementsEqual(timeText.prefix(10)) { refusedBytes = 0 }
                    if parts.isDenied { refusedBytes += line.count + 1 }
                    timeText.replaceSubrange(timeText.startIndex..., with: parts.time)
                }
                each(line)
                if chain.head.sequence == anchor.sequence { holdsAnchor = chain.head.code == anchor.code }
            }
        }
        head = lines > 0 ? chain.head : begin ?? .start
        if !isTorn { badBytes = max(try Self.size(of: path) - goodBytes, 0) }
    }

    /// The head before a line that begins a file.
    static func begin(_ line: ArraySlice<UInt8>, of number: Int) -> AuditHead? {
        guard let parts = LineParts(line),
            let document = try? JSONDocument(parsing: SecretBytes(copying: unsafe Array(line).span.bytes)),
            let segment = document.member("segment", of: document.root),
            (try? document.integer(segment)) == number,
            let previous = document.member("previous", of: document.root),
            let code = (try? document.string(previous)).flatMap({ LineCode(hexadecimal: $0.utf8) })
        else { return nil }
        return AuditHead(sequence: parts.sequence - 1, code: code)
    }

    private static func size(of path: String) throws(AuditError) -> Int {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw AuditError(systemCall: "cannot inspect \(path)", errno) }
        return Int(status.st_size)
    }
}
