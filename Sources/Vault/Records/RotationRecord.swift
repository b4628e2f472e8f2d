import Domain
import SecretJSON
import SecretMemory

struct RotationRecord: Record {
    static let table = SealedTable.rotation
    let rotation: Rotation

    init(_ rotation: Rotation) { self.rotation = rotation }

    var cells: [Cell] {
        [
            .text(rotation.id), .text(rotation.appID), .text(rotation.phase.rawValue),
            rotation.due.map { .integer($0.unixSeconds) } ?? .null,
        ]
    }

    var opened: OpenedRow { .rotation(rotation) }

    func write(to writer: inout JSONWriter) {
        writer.member("base", rotation.base.number)
        if rotation.target != rotation.base.next { writer.member("target", rotation.target.number) }
        writer.member("trigger", rotation.trigger.rawValue)
        writer.member("planned_at", rotation.plannedAt)
        writer.member("overlap", rotation.overlap)
        writer.member("attempts", rotation.attempts)
        writer.key("calls")
        writer.beginArray()
        for call in rotation.calls { writer.integer(call.unixSeconds) }
        writer.endArray()
        writer.key("other_calls")
        writer.beginArray()
        for call in rotation.otherCalls { writer.integer(call.unixSeconds) }
        writer.endArray()
        writer.member("entered_at", rotation.enteredAt)
        writer.member("lost_at", ifPresent: rotation.lostAt)
        writer.member("revoke_at", ifPresent: rotation.revokeAt)
        writer.member("promoted_at", ifPresent: rotation.promotedAt)
        writer.member("published_at", ifPresent: rotation.publishedAt)
        writer.member("ended_at", ifPresent: rotation.endedAt)
        writer.member("reason", ifPresent: rotation.reason)
        if rotation.isRestored { writer.member("restored", true) }
        writer.member("resumes_at", ifPresent: rotation.resumesAt?.rawValue)
        writer.member("ends_now_since", ifPresent: rotation.endsNowSince)
        writer.member("successor", ifPresent: rotation.successor)
        if let answer = rotation.answer {
            // Whatever Zoom sent has its place in the vault, though JSON is UTF-8.
            let isText = answer.bytes.withSpan { $0.isUTF8 }
            let text = isText ? answer.bytes.copy() : answer.bytes.withSpan { $0.transcodedFromLatin1() }
            writer.member(isText ? "answer" : "answer_latin1", secret: text)
        }
        if let candidate = rotation.candidate { writer.member("candidate", secret: candidate.bytes) }
        if let entered = rotation.entered { writer.member("entered", secret: entered.bytes) }
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "base", "trigger", "planned_at", "overlap", "attempts", "calls", "lost_at", "revoke_at", "promoted_at",
                "published_at", "ended_at", "reason", "resumes_at", "answer", "answer_latin1",
                "candidate", "other_calls", "restored", "target", "ends_now_since", "successor", "entered",
                "entered_at",
            ], of: document.root)
        guard let base = Generation(try document.number("base")) else { throw JSONError(.outOfRange, member: "base") }
        guard let trigger = Rotation.Trigger(rawValue: try document.text("trigger")) else {
            throw JSONError(.outOfRange, member: "trigger")
        }
        guard let phase = Rotation.Phase(rawValue: try cells.text(2)) else {
            throw JSONError(.outOfRange, member: "state")
        }
        var rotation = Rotation(
            id: try cells.text(0), appID: try cells.text(1), base: base, trigger: trigger,
            plannedAt: try document.time("planned_at"), overlap: try document.number("overlap"), phase: phase)
        if case .integer(let due) = cells[3] { rotation.due = Timestamp(unixSeconds: due) }
        rotation.attempts = try document.number("attempts")
        rotation.calls = try document.times("calls")
        rotation.otherCalls = try document.times("other_calls")
        rotation.enteredAt = try document.time("entered_at")
        rotation.lostAt = try document.optionalTime("lost_at")
        rotation.revokeAt = try document.optionalTime("revoke_at")
        rotation.promotedAt = try document.optionalTime("promoted_at")
        rotation.publishedAt = try document.optionalTime("published_at")
        rotation.endedAt = try document.optionalTime("ended_at")
        rotation.reason = try document.optionalText("reason")
        if let restored = document.member("restored", of: document.root) {
            rotation.isRestored = try document.bool(restored)
        }
        if document.member("target", of: document.root) != nil {
            guard let target = Generation(try document.number("target")), target > base else {
                throw JSONError(.outOfRange, member: "target")
            }
            rotation.target = target
        }
        if let text = try document.optionalText("resumes_at") {
            guard let resumes = Rotation.Phase(rawValue: text) else {
                throw JSONError(.outOfRange, member: "resumes_at")
            }
            rotation.resumesAt = resumes
        }
        rotation.answer = try document.optionalSecret("answer")
        if let text = try document.optionalSecret("answer_latin1") {
            rotation.answer = SecretBox(text.bytes.withSpan { $0.transcodedToLatin1() })
        }
        rotation.candidate = try document.optionalSecret("candidate")
        rotation.endsNowSince = try document.optionalTime("ends_now_since")
        rotation.successor = try document.optionalText("successor")
        rotation.entered = try document.optionalSecret("entered")
        self.rotation = rotation
    }
}

extension JSONDocument {
    fileprivate func times(_ name: String) throws(JSONError) -> [Timestamp] {
        var times: [Timestamp] = []
        for time in try list(name, of: root) { times.append(Timestamp(unixSeconds: try integer(time))) }
        return times
    }

    fileprivate func optionalSecret(_ name: String) throws(JSONError) -> SecretBox? {
        guard let node = member(name, of: root) else { return nil }
        return SecretBox(try secret(node))
    }
}

extension RawSpan {
    /// Each byte as the character of its number, in UTF-8.
    fileprivate func transcodedFromLatin1() -> SecretBytes {
        var text = SecretBuffer(capacity: byteCount * 2)
        for offset in 0..<byteCount {
            let byte = self[offset]
            if byte >= 0x80 { text.append(0xC0 | byte >> 6) }
            text.append(byte < 0x80 ? byte : 0x80 | byte & 0x3F)
        }
        return text.finish()
    }

    /// The way back.
    fileprivate func transcodedToLatin1() -> SecretBytes {
        var bytes = SecretBuffer(capacity: byteCount)
        var offset = 0
        while offset < byteCount {
            let isPair = self[offset] >= 0x80 && offset + 1 < byteCount
            bytes.append(isPair ? self[offset] << 6 | self[offset + 1] & 0x3F : self[offset])
            offset += isPair ? 2 : 1
        }
        return bytes.finish()
    }
}
