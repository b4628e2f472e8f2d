import Domain
import Envelope
import Glibc
import SecretJSON
import SecretMemory

/// What one file of the log holds, as far as its lines follow one another.
struct SegmentScan {
    /// Before its first line, as that line says; `nil` when the first line is none that begins a file.
    private(set) var begin: AuditHead?
    /// After the last line that follows the one before it.
    private(set) var head = AuditHead.start
    private(set) var lines = 0
    /// Bytes up to the end of that line.
    private(set) var goodBytes = 0
    /// Bytes behind it.
    private(set) var badBytes = 0
    /// Whether what is behind it is only the beginning of a line, as a crash leaves it.
    private(set) var isTorn = false
    /// The highest commit of the vault that a line names.
    private(set) var commit = 0
    /// The time of that line, as it is written; empty without one.
    private var timeText: [UInt8] = []
    /// What the anchor says of the log holds here; `nil` when it is about a line that is not in this file.
    private(set) var holdsAnchor: Bool?

    /// Bytes of the lines that tell of refusals, of the day of the last line.
    private(set) var refusedBytes = 0

    /// When the last of these lines was written.
    var time: Timestamp? { Timestamp(String(decoding: timeText, as: UTF8.self)) }

    /// - Parameters:
    ///   - number: the file's number, which its first line repeats: one file cannot stand in for another.
    ///   - each: is lent each of these lines, without its line feed.
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
            case .end: break scan
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
        guard unsafe stat(path, &status) == 0 else { throw AuditError(systemCall: "cannot look at \(path)", errno) }
        return Int(status.st_size)
    }
}
