/// What a key slot is opened with. The raw values are stored, and shown to operators.
package enum UnlockMethodKind: String, Sendable, CaseIterable {
    case keyFile = "key-file"
    case passphrase
    case recovery

    package var words: String {
        switch self {
        case .keyFile: "key file"
        case .passphrase: "passphrase"
        case .recovery: "recovery key"
        }
    }
}
