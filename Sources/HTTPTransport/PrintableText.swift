extension String {
    /// The text without all that is not printable ASCII, cut to `limit` bytes: what a peer said, made safe for a
    /// log line and a terminal.
    package func printable(limit: Int) -> String {
        String(unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(limit).map(Character.init))
    }
}
