package import Domain

/// Reads a compiled time zone (TZif, RFC 9636), version 2 or later.
extension TimeZoneRules {
    /// - Parameter file: any bytes.
    /// - Throws: ``ScheduleError`` `.zoneFile` unless the file is complete, within its limits and without leap seconds.
    package init(identifier: String, file: [UInt8]) throws(ScheduleError) {
        var reader = FileReader(identifier: identifier, rest: file[...])
        // The first part, in 32 bits, is only for old programs.
        let old = try reader.header()
        try reader.skip(old.bytes(timeWidth: 4))
        let header = try reader.header()
        guard (1...256).contains(header.types) else { throw reader.damaged("it has no offsets") }
        guard header.leaps == 0 else {
            throw reader.damaged("it counts leap seconds, which clocks do not", hint: "leave out the 'right/'")
        }
        var times: [Int] = []
        for _ in 0..<header.times { times.append(try reader.integer(bytes: 8)) }
        let kinds = try reader.read(header.times)
        var offsets: [Int] = []
        for _ in 0..<header.types {
            offsets.append(try reader.integer(bytes: 4))
            // The daylight saving flag and the index of the name.
            try reader.skip(2)
        }
        try reader.skip(header.characters + header.standards + header.universals)
        guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw reader.damaged("its times are not in order")
        }
        guard offsets.allSatisfy({ (-90_000...93_600).contains($0) }), kinds.allSatisfy({ $0 < header.types }) else {
            throw reader.damaged("an offset in it is out of bounds")
        }
        let table = zip(times, kinds).map { OffsetChange(at: $0, offset: offsets[Int($1)]) }
        let rule = try reader.footer()
        // Otherwise one instant would have two offsets. Times beyond the years that can be written do not matter.
        if let rule, let last = table.last, Timestamp(unixSeconds: last.at).unixSeconds == last.at {
            guard rule.offset(at: last.at) == last.offset else {
                throw reader.damaged("its rule contradicts its last change")
            }
        }
        self.init(identifier: identifier, table: table, initial: offsets[0], rule: rule)
    }
}

private struct Header {
    let universals, standards, leaps, times, types, characters: Int

    func bytes(timeWidth: Int) -> Int {
        times * (timeWidth + 1) + types * 6 + characters + leaps * (timeWidth + 4) + standards + universals
    }
}

private struct FileReader {
    let identifier: String
    var rest: ArraySlice<UInt8>

    func damaged(
        _ reason: String, hint: String = "install the tzdata package again, or name another zone"
    ) -> ScheduleError {
        ScheduleError(.zoneFile, "the file of time zone \(identifier) cannot be used: \(reason)", hint: hint)
    }

    mutating func read(_ count: Int) throws(ScheduleError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw damaged("it is truncated") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func skip(_ count: Int) throws(ScheduleError) { _ = try read(count) }

    /// A signed number in big-endian order.
    mutating func integer(bytes: Int) throws(ScheduleError) -> Int {
        let taken = try read(bytes)
        let start = (taken.first ?? 0) >= 0x80 ? -1 : 0
        return taken.reduce(start) { $0 << 8 | Int($1) }
    }

    mutating func header() throws(ScheduleError) -> Header {
        guard Array(try read(4)) == Array("TZif".utf8) else { throw damaged("it is not a compiled time zone") }
        guard let version = try read(1).first, version >= UInt8(ascii: "2") else {
            throw damaged("it is of the first version, which ends in 2037")
        }
        try skip(15)
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = try integer(bytes: 4)
            // No part of a file within its size limit can have more, so sums of counts do not overflow.
            guard (0...TimeZoneRules.longestFile).contains(count) else { throw damaged("it is truncated") }
            counts.append(count)
        }
        return Header(
            universals: counts[0], standards: counts[1], leaps: counts[2], times: counts[3], types: counts[4],
            characters: counts[5])
    }

    /// The rule between two line feeds, up to the end of the file; `nil` when it is empty.
    mutating func footer() throws(ScheduleError) -> PosixRule? {
        let lineFeed = UInt8(ascii: "\n")
        guard try read(1).first == lineFeed, rest.popLast() == lineFeed else { throw damaged("its rule is truncated") }
        guard !rest.isEmpty else { return nil }
        guard let rule = PosixRule(rest) else { throw damaged("its rule is unknown") }
        return rule
    }
}
