import Vault

extension FuzzTarget {
    /// A file of the spool, which may be read when nothing else is left: what is accepted is read again as the same, and
    /// what lies behind it does not matter.
    static let spool = FuzzTarget(name: "spool") { input in
        guard let entry = try? SpoolEntry(reading: input) else { return }
        let encoded = entry.encoded
        try hold(input.starts(with: encoded), "it is written in another way than it was read")
        try hold((try? SpoolEntry(reading: encoded)) == entry, "another entry when it is read again")
        try hold((try? SpoolEntry(reading: encoded + [1, 2, 3])) == entry, "what lies behind it matters")
        for end in stride(from: 0, to: encoded.count, by: max(encoded.count / 50, 1)) {
            try hold((try? SpoolEntry(reading: Array(encoded[..<end]))) == nil, "cut to \(end) bytes it is still read")
        }
    }
}
