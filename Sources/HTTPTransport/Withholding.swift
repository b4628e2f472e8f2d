package import SecretMemory

extension String {
    /// The text made fit to be shown; a notice instead when it repeats one of the secrets.
    package func shown(limit: Int, withholding secrets: [SecretBox]) -> String {
        repeats(secrets) ? "withheld, because it repeats a secret" : readable(limit: limit)
    }

    /// As it is, or once it is made fit to be shown: what is dropped then could stand within the secret.
    package func repeats(_ secrets: [SecretBox]) -> Bool {
        [self, readable(limit: .max), printable(limit: .max)].contains { Array($0.utf8).hasAny(of: secrets) }
    }
}

extension [UInt8] {
    fileprivate func hasAny(of secrets: [SecretBox]) -> Bool {
        let text = self
        return secrets.contains { secret in
            let length = secret.bytes.count
            guard length > 0, length <= text.count else { return false }
            return secret.bytes.withSpan { span in
                (0...text.count - length).contains { start in
                    (0..<length).allSatisfy { text[start + $0] == span[$0] }
                }
            }
        }
    }
}
