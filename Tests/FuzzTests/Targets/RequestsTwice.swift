extension FuzzTarget {
    /// The request reader beside another program's (llhttp): the other may accept more, but what is
    /// accepted here it reads the same, and above all it sees the same end of each request. Two programs that disagree on
    /// where a request ends can be made to see a request that nobody sent.
    static let requestsTwice = FuzzTarget(name: "requests-twice") { input in
        let ours = try Conversation(input)
        guard !ours.requests.isEmpty else { return }
        guard let llhttp = Llhttp.shared else { return }
        let theirs = try llhttp.requests(in: Array(input[..<(ours.ends.last ?? 0)]))
        // It reads nothing behind a request that asks to close, or for another protocol, which nobody here speaks.
        let others =
            theirs.firstIndex {
                $0.has("upgrade") || ($0.closes && $0.has("proxy-connection"))
                    || $0.trailer.contains("proxy-connection")
            } ?? ours.requests.count
        let closing = min(ours.requests.firstIndex(where: \.closes) ?? ours.requests.count, others) + 1
        let compared = Array(ours.requests.prefix(closing))
        try hold(
            theirs.count >= compared.count,
            "\(compared.count) requests here, \(theirs.count) there: \(compared) and \(theirs.map(\.target))")
        for (our, their) in zip(compared, theirs) {
            try hold(their.isWhole, "\(our) has not ended there")
            // It hands on a target as it came, with the host that it may begin with.
            let target = their.target.replacing(/^(?i)http:\/\/[^\/?]+/, with: "")
            try hold(
                our.method == their.method && our.target == (target.hasPrefix("/") ? target : "/" + target),
                "\(our) is \(their) there")
            try hold(our.body == their.body, "\(our) has another body there")
            // It minds a field that no standard has, but that old proxies sent.
            try hold(our.closes == their.closes || their.has("proxy-connection"), "\(our) closes only at one")
            for (name, value) in [
                ("keyturn-request", our.mark), ("if-none-match", our.tag), ("content-type", our.type),
            ] {
                // It leaves white space behind a value to who uses it.
                let values = their.fields.filter { $0.name == name }.map { $0.value.replacing(/[ \t]+$/, with: "") }
                try hold(values == (value.map { [$0] } ?? []), "\(our) has another \(name) there: \(values)")
            }
        }
        if closing > ours.requests.count {
            try hold(theirs.count == compared.count, "it sees \(theirs.count) requests, not \(compared.count)")
        }
    }
}
