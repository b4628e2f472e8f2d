import Domain
import SecretJSON
import SecretMemory
import SocketAPI
import Testing

/// Requests have words of closed sets: what the daemon would not do as asked, it refuses by name.
@Suite struct RequestWordTests {
    @Test(arguments: [
        (#"{"replicate":"never"}"#, "replicate", "never"), (#"{"trust":"everybody"}"#, "trust", "everybody"),
        (#"{"token_auth_method":"none"}"#, "token_auth_method", "none"),
    ]) func `a target is not changed by a word that is unknown`(text: String, member: String, word: String) {
        #expect(throws: JSONError(.unknownWord, member: member, word: word)) {
            try TargetPatch(parsing: SecretBytes(copying: text))
        }
    }

    @Test(arguments: [
        (#"{"app":"hr","permissions":["everything"]}"#, "permissions", "everything"),
        (#"{"app":"UPPER","permissions":["token"]}"#, "app", "UPPER"),
    ]) func `a grant does not widen by a word that is unknown`(grant: String, member: String, word: String) {
        #expect(throws: JSONError(.unknownWord, member: member, word: word)) {
            try ClientDraft(parsing: SecretBytes(copying: #"{"name":"sync","uid":1,"allow":[\#(grant)]}"#))
        }
    }

    @Test func `a grant is for every app, or for the one that it names`() throws {
        let draft = try ClientDraft(
            parsing: SecretBytes(
                copying:
                    #"{"name":"sync","uid":1,"allow":[{"app":"*","permissions":["token"]},{"app":"hr","permissions":[]}]}"#
            ))
        #expect(draft.allow.map(\.description) == ["*:token", "hr:"])
    }
}
