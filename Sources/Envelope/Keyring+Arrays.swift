package import SecretMemory

// The same functions for stored bytes in arrays, the form in which stores return them.

extension Keyring {
    package convenience init(
        opening sealed: [UInt8], under keyringKey: borrowing SecretBytes
    ) throws(EnvelopeError) {
        try self.init(opening: unsafe sealed.span.bytes, under: keyringKey)
    }

    package func open(
        _ sealed: [UInt8], table: String, row: String, associatedData: AssociatedData
    ) throws(EnvelopeError) -> SecretBytes {
        try open(unsafe sealed.span.bytes, table: table, row: row, associatedData: associatedData)
    }

    package static func epoch(ofSealed sealed: [UInt8]) throws(EnvelopeError) -> UInt32 {
        try epoch(ofSealed: unsafe sealed.span.bytes)
    }

    package func rowDigest(table: String, row: String, sealed: [UInt8]) throws(EnvelopeError) -> SetDigest {
        try rowDigest(table: table, row: row, sealed: unsafe sealed.span.bytes)
    }
}

extension SetDigest {
    package init(bytes: [UInt8]) throws(EnvelopeError) { try self.init(bytes: unsafe bytes.span.bytes) }
}
