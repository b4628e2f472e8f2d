import Envelope
import SecretMemory

/// Prints one JSON object: the median time of each, in microseconds.
func measureSealing() throws {
    let keyring = try Keyring.generate()
    let row = SecretBytes(copying: String(repeating: "r", count: 300))
    var columns = AssociatedData()
    columns.append("id", .text("00000000000000000000000000000001"))
    var sealed: [UInt8] = []
    let seal = try median(of: 20_000) {
        sealed = try row.withSpan { span throws(EnvelopeError) in
            try keyring.seal(span, table: "app", row: "1", associatedData: columns)
        }
    }
    let open = try median(of: 20_000) {
        let opened = try keyring.open(unsafe sealed.span.bytes, table: "app", row: "1", associatedData: columns)
        precondition(opened.count == 300)
    }

    let key = try Random.secret()
    let passphrase = UnlockSecret.passphrase(SecretBytes(copying: "correct horse battery staple"))
    let file = UnlockSecret.keyFile(try Random.secret())
    let slots = (try KeySlot.wrap(key, id: "1", with: passphrase), try KeySlot.wrap(key, id: "2", with: file))
    let byPassphrase = try median(of: 5) { _ = try slots.0.unwrap(with: passphrase) }
    let byFile = try median(of: 1000) { _ = try slots.1.unwrap(with: file) }
    print(
        """
        {"seal_row_us": \(seal), "open_row_us": \(open), "unlock_passphrase_us": \(byPassphrase), \
        "unlock_key_file_us": \(byFile)}
        """)
}

private func median(of times: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    var nanoseconds: [Double] = []
    for _ in 0..<times {
        let took = try clock.measure(body).components
        nanoseconds.append(Double(took.seconds) * 1e9 + Double(took.attoseconds) / 1e9)
    }
    return nanoseconds.sorted()[times / 2] / 1000
}
