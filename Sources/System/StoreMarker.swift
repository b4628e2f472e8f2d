import Glibc

/// A small file in the state directory of a daemon whose vault is in a database: the name by which the database knows this host, and
/// where the vault is. It is written when the vault is made or served.
package struct StoreMarker: Equatable, Sendable {
    /// 32 random hexadecimal digits.
    package let id: String
    /// What messages call the database.
    package let place: String

    package static func path(in directory: String) -> String { directory + "/store" }

    /// A copy of a vault on its way to this name.
    package static func draft(of vault: String) -> String { vault + ".migrating" }

    /// The vault is a file again.
    package static func remove(from directory: String) { unsafe unlink(path(in: directory)) }

    /// `nil` when there is none.
    package init?(in directory: String) {
        guard let bytes = try? File(reading: Self.path(in: directory)).read(most: 4096) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines[0].utf8.count == 32, lines[0].allSatisfy(\.isHexDigit) else { return nil }
        (id, place) = (String(lines[0]), String(lines[1]))
    }

    private init(id: String, place: String) { (self.id, self.place) = (id, place) }

    /// Makes the file, or changes the place in it.
    package static func write(_ place: String, in directory: String) throws(SystemError) -> StoreMarker {
        let known = StoreMarker(in: directory)
        if let known, known.place == place { return known }
        let id = known?.id ?? random()
        let marker = StoreMarker(id: id, place: place)
        let text = Array("\(id)\n\(place)\n".utf8)
        try Files.replace(path(in: directory), with: unsafe text.span.bytes)
        return marker
    }

    private static func random() -> String {
        (0..<4).map { _ in
            let part = String(UInt32.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 8 - part.count) + part
        }.joined()
    }

    /// The name by which the database knows this host: another one on a host that the disk was copied to, if its machine ID differs.
    package var node: String {
        let machine = (try? File(reading: "/etc/machine-id", followsLinks: true).read(most: 64)) ?? []
        // FNV-1a: it is compared, and protects nothing. The machine ID itself must not be passed on (machine-id(5)).
        let hash = (Array(id.utf8) + machine).reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
