package import Domain
package import HTTPTransport
import SecretJSON
package import SecretMemory

/// Zoom's answer to `new`. [doc] The new secret stays in memory that is wiped.
package struct RotationAnswer: Sendable {
    package let secretID: String
    package let newSecret: SecretBox
    /// When Zoom revokes the old secret; `nil` when the answer does not give it in the form of a ``Timestamp``.
    package let revokeOldAt: Timestamp?

    /// The most bytes of a whole answer, which has about 140.
    package static let limit = 64 << 10
    /// The length of a secret in bytes; Zoom's have 32. [seen]
    private static let secretLength = 8...256

    /// Reads a whole answer strictly. A body that is refused here may still contain a secret: see ``salvage(_:)``.
    package static func read(_ body: SecretBox) -> Result<RotationAnswer, UnusableAnswer> {
        do throws(UnusableAnswer) {
            guard body.bytes.count <= limit else { throw UnusableAnswer("the rotation answer is too large") }
            let json = try document(body)
            let answer = AnswerKind.rotation
            let secretID = try json.text("secret_id", in: answer)
            let secret = try json.secret("new_secret", in: answer)
            guard isPlausible(secret) else {
                throw answer.unusable("new_secret", "is too short, too long or not printable")
            }
            let time = (try? json.text("revoke_old_secret_time")).flatMap { $0 }.flatMap { Timestamp($0) }
            return .success(RotationAnswer(secretID: secretID, newSecret: SecretBox(secret), revokeOldAt: time))
        } catch {
            return .failure(error)
        }
    }

    private static func document(_ body: SecretBox) throws(UnusableAnswer) -> JSONDocument {
        do { return try JSONDocument(parsing: body.bytes.copyWithoutByteOrderMark()) } catch {
            throw UnusableAnswer("the rotation answer is unusable: \(error)")
        }
    }

    /// The value of `"new_secret"` in a body that cannot be read as a whole, if its closing quote arrived. It is a
    /// guess, which only minting a token can prove. Reads at most 64 KiB, in linear time.
    package static func salvage(_ partial: SecretBox) -> SecretBox? {
        partial.bytes.withSpan { span in
            var search = SalvageSearch(span.extracting(first: limit))
            while let text = search.next() {
                // The JSON reader decodes escapes and refuses invalid ones.
                guard let json = try? JSONDocument(parsing: SecretBytes(copying: span.extracting(text))),
                    let secret = try? json.secret(json.root), isPlausible(secret)
                else { continue }
                return SecretBox(secret)
            }
            return nil
        }
    }

    /// Whether the text can be a secret at all. Zoom publishes no grammar.
    private static func isPlausible(_ secret: borrowing SecretBytes) -> Bool {
        secretLength.contains(secret.count)
            && secret.withSpan { span in (0..<span.byteCount).allSatisfy { (0x20...0x7E).contains(span[$0]) } }
    }
}
