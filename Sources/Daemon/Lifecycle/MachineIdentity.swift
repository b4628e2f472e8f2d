import System

/// Distinguishes this host from one that its disk was copied to: by default systemd's machine ID, which must be
/// fingerprinted and not passed on (machine-id(5)).
enum MachineIdentity {
    static let places = ["/etc/machine-id", "/var/lib/dbus/machine-id"]

    /// - Parameter path: the file in the setting.
    /// - Returns: an empty text where the host has no identity; to the vault all such hosts are the same.
    static func read(_ path: String?) -> String {
        for place in path.map({ [$0] }) ?? places {
            if let text = content(place), !text.isEmpty { return text }
        }
        return ""
    }

    private static func content(_ path: String) -> String? {
        guard let text = try? File(reading: path, followsLinks: true).read(most: 256) else { return nil }
        return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
