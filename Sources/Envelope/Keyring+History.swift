import SecretMemory

/// A link of the chain of a vault's commits.
package struct HistoryLink: Equatable, Sendable {
    /// 32 random hexadecimal digits, so that no two commits have the same head.
    package let mark: String
    /// 64 hexadecimal digits: a keyed code of the previous head and of the mark.
    package let head: String
}

extension Keyring {
    /// A new link after `head`.
    package func link(after head: String) throws(EnvelopeError) -> HistoryLink {
        let mark = try Random.open(count: 16).withSpan { $0.hexadecimal }
        return HistoryLink(mark: mark, head: try self.head(after: head, mark: mark))
    }

    /// The head of the link with this mark. The same for the life of the vault, whatever the key epoch.
    package func head(after head: String, mark: String) throws(EnvelopeError) -> String {
        let message = [UInt8](texts: head, mark)
        let code = try history.code(of: unsafe message.span.bytes)
        return code.withSpan { $0.hexadecimal }
    }
}
