package import SecretJSON
package import SecretMemory

/// The body of `POST /v1/unlock`: either `passphrase` or `recovery_key`. Read strictly.
package enum UnlockRequest: ~Copyable, WireDocument {
    case passphrase(SecretBytes)
    case recoveryKey(SecretBytes)

    package func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .passphrase(let secret): json.member("passphrase", secret: secret)
        case .recoveryKey(let secret): json.member("recovery_key", secret: secret)
        }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        if document.member("recovery_key", of: node) != nil {
            try document.allowOnly(["recovery_key"], of: node)
            self = .recoveryKey(try document.secret("recovery_key", of: node))
        } else {
            try document.allowOnly(["passphrase"], of: node)
            self = .passphrase(try document.secret("passphrase", of: node))
        }
    }
}
