/// Reads the lines of a log from a place on, over all of its files, as they are written. Checks no code: that is the
/// verifier's task.
package struct LogFollower: ~Copyable {
    private let directory: LogDirectory
    private var segment: Int
    private var reader: LineReader
    /// The last line that was read.
    package private(set) var place: AuditHead
    /// Whether the log does not have the line that was read last: it was cut, or it is another log.
    package private(set) var isElsewhere = false

    private init(_ directory: LogDirectory, _ segment: Int, after place: AuditHead?, elsewhere: Bool) throws(AuditError)
    {
        (self.directory, self.segment, isElsewhere) = (directory, segment, elsewhere)
        self.place = place ?? .start
        reader = try LineReader(path: directory.path(of: segment))
    }

    /// - Parameter place: `nil` to read all that there is.
    /// - Returns: `nil` while there is no log.
    package static func open(_ directory: LogDirectory, after place: AuditHead?) throws(AuditError) -> LogFollower? {
        guard directory.exists else { return nil }
        let numbers = try directory.segments()
        guard let oldest = numbers.first else { return nil }
        guard let place else { return try LogFollower(directory, oldest, after: nil, elsewhere: false) }
        // The newest file that can have the line.
        var newest = oldest
        for number in numbers.reversed() {
            guard let begin = try AuditQuery.begin(directory.path(of: number)) else { continue }
            newest = number
            if begin <= place.sequence { break }
        }
        var follower = try LogFollower(directory, newest, after: place, elsewhere: false)
        while case .whole(let line) = try follower.reader.next() {
            guard let parts = LineParts(line), parts.sequence >= place.sequence else { continue }
            if parts.head == place { return follower }
            break
        }
        return try LogFollower(directory, newest, after: nil, elsewhere: true)
    }

    /// The next lines; none while there are none.
    package mutating func next(most: Int) throws(AuditError) -> [AuditQuery.Line] {
        var lines: [AuditQuery.Line] = []
        var isComplete = false
        while lines.count < most {
            if case .whole(let line) = try reader.next() {
                guard let parts = LineParts(line) else { continue }
                place = parts.head
                lines.append(AuditQuery.Line(sequence: parts.sequence, text: String(decoding: line, as: UTF8.self)))
                continue
            }
            try reader.resume()
            guard let later = try directory.segments().first(where: { $0 > segment }) else { return lines }
            // A file that has a successor gets no more lines, but it was read before the successor was seen.
            if isComplete {
                segment = later
                reader = try LineReader(path: directory.path(of: later))
            }
            isComplete.toggle()
        }
        return lines
    }
}

extension LineParts {
    fileprivate var head: AuditHead { AuditHead(sequence: sequence, code: code) }
}
