package import SecretJSON

/// One decision or change, as the log will tell it: everything of a line but its number, time and code.
///
/// Carries no secret. Text of others' is escaped; whoever makes an event has bounded it.
package struct AuditEvent: Equatable, Sendable {
    /// What was done or asked for. Stable words, `area.deed`.
    package struct Action: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package init(_ rawValue: String) { self.rawValue = rawValue }
    }

    package enum Outcome: String, Sendable, CaseIterable {
        /// Asked for, and given.
        case allowed
        /// Asked for, and refused by the rules.
        case denied
        /// Done, and in the vault.
        case done
        /// Tried, and not done.
        case failed
    }

    /// The members of the line between its time and its code, without braces.
    let members: [UInt8]

    /// - Parameter more: writes further members.
    package init(_ action: Action, _ outcome: Outcome, _ more: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("action", plain: action.rawValue)
        writer.member("outcome", plain: outcome.rawValue)
        more(&writer)
        writer.endObject()
        members = writer.finishMembers()
    }

    /// - Parameter more: further members, in this order.
    package init(_ action: Action, _ outcome: Outcome, _ more: [(name: String, value: Value)] = []) {
        self.init(action, outcome) { $0.members(more) }
    }

    package enum Value: Equatable, Sendable {
        case text(String)
        case number(Int)
    }

    /// As it was kept by ``text``.
    package init(text: String) { members = Array(text.utf8) }

    /// Bytes of its line, about.
    package var lineSize: Int { members.count + 96 }

    /// The members, for keeping an event beside the change that it tells of until it is in the log.
    package var text: String { String(decoding: members, as: UTF8.self) }
}

extension JSONWriter {
    /// Writes them in this order.
    package mutating func members(_ members: [(name: String, value: AuditEvent.Value)]) {
        for (name, value) in members {
            switch value {
            case .text(let text): member(named: name, text)
            case .number(let number):
                key(named: name)
                integer(number)
            }
        }
    }
}
