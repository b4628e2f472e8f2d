import Domain
package import SecretJSON
import SecretMemory

extension Rotation: Record {
    static let table = SealedTable.rotation
    var opened: OpenedRow { .rotation(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        id = try columns("id", \.id)
        appID = try columns("app", \.appID)
        phase = try columns("state", \.phase)
        due = try columns("due_at", \.due)
        let base = try members("base", \.base)
        self.base = base
        target = try members("target", \.target, omitting: base.next, where: { $0 > base })
        trigger = try members("trigger", \.trigger)
        plannedAt = try members("planned_at", \.plannedAt)
        overlap = try members("overlap", \.overlap)
        attempts = try members("attempts", \.attempts)
        calls = try members("calls", \.calls)
        otherCalls = try members("other_calls", \.otherCalls)
        enteredAt = try members("entered_at", \.enteredAt)
        baseState = try members.ifPresent("base_state", \.baseState)
        lostAt = try members.ifPresent("lost_at", \.lostAt)
        revokeAt = try members.ifPresent("revoke_at", \.revokeAt)
        promotedAt = try members.ifPresent("promoted_at", \.promotedAt)
        publishedAt = try members.ifPresent("published_at", \.publishedAt)
        endedAt = try members.ifPresent("ended_at", \.endedAt)
        reason = try members.ifPresent("reason", \.reason)
        trackingID = try members.ifPresent("tracking_id", \.trackingID)
        isRestored = try members("restored", \.isRestored, omitting: false)
        resumesAt = try members.ifPresent("resumes_at", \.resumesAt)
        endsNowSince = try members.ifPresent("ends_now_since", \.endsNowSince)
        successor = try members.ifPresent("successor", \.successor)
        secretID = try members.ifPresent("secret_id", \.secretID)
        ending = try members.ifPresent("ending", \.ending)
        servedExpires = try members.ifPresent("served_expires", \.servedExpires)
        callToken = try members.ifPresent("call_token", \.callToken)
        answer = try members.answer(\.answer)
        candidate = try members.ifPresent("candidate", \.candidate)
        entered = try members.ifPresent("entered", \.entered)
    }
}

extension Rotation.Call: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        id = try members("id", \.id)
        at = try members("at", \.at)
    }
}

extension Rotation.Ending: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        call = try members("call", \.call)
        expires = try members("expires", \.expires)
        isConfirmed = try members("confirmed", \.isConfirmed, omitting: false)
        putsBack = try members("puts_back", \.putsBack, omitting: false)
    }
}

extension CallToken: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        accessToken = try members("access_token", \.accessToken)
        apiURL = try members("api_url", \.apiURL)
        grant = try members("grant", \.grant)
        expires = try members("expires", \.expires)
    }
}

extension Members {
    /// Zoom's answer. It may be any bytes; JSON must be UTF-8.
    mutating func answer(_ value: (Object) -> SecretBox?) throws(Failure) -> SecretBox? {
        let text = try ifPresent("answer") { value($0).flatMap { $0.isUTF8 ? $0 : nil } }
        let binary = try ifPresent("answer_latin1") { value($0).flatMap { $0.isUTF8 ? nil : Latin1(bytes: $0) } }
        return text ?? binary?.bytes
    }
}

extension SecretBox {
    fileprivate var isUTF8: Bool { bytes.withSpan { $0.isUTF8 } }
}

/// Any bytes as a JSON string: each byte becomes the character with its number.
private struct Latin1: JSONValue {
    let bytes: SecretBox

    init(bytes: SecretBox) { self.bytes = bytes }

    init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        bytes = SecretBox(try document.secret(node).withSpan { Self.decoded($0) })
    }

    func write(to json: inout JSONWriter) { json.secret(bytes.bytes.withSpan { Self.encoded($0) }) }

    private static func encoded(_ bytes: RawSpan) -> SecretBytes {
        var text = SecretBuffer(capacity: bytes.byteCount * 2)
        for offset in 0..<bytes.byteCount {
            let byte = bytes[offset]
            if byte >= 0x80 { text.append(0xC0 | byte >> 6) }
            text.append(byte < 0x80 ? byte : 0x80 | byte & 0x3F)
        }
        return text.finish()
    }

    private static func decoded(_ text: RawSpan) -> SecretBytes {
        var bytes = SecretBuffer(capacity: text.byteCount)
        var offset = 0
        while offset < text.byteCount {
            let isPair = text[offset] >= 0x80 && offset + 1 < text.byteCount
            bytes.append(isPair ? text[offset] << 6 | text[offset + 1] & 0x3F : text[offset])
            offset += isPair ? 2 : 1
        }
        return bytes.finish()
    }
}
