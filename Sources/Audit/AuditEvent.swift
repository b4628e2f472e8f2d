package import SecretJSON

/// One decision or change for the log: everything of a line except its number, time and code.
///
/// Contains no secret. Foreign text is escaped; the creator of an event limits its length.
package struct AuditEvent: Equatable, Sendable {
    /// The requested or completed operation. A stable code, `area.operation`.
    package struct Action: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package init(_ rawValue: String) { self.rawValue = rawValue }
    }

    package enum Outcome: String, Sendable, CaseIterable {
        /// Requested, and granted.
        case allowed
        /// Requested, and refused by policy.
        case denied
        /// Done, and stored in the vault.
        case done
        /// Attempted, and not done.
        case failed
    }

    /// The members of the line between its time and its code, without braces.
    let members: [UInt8]

    /// - Parameter more: writes additional members.
    package init(_ action: Action, _ outcome: Outcome, _ more: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("action", plain: action.rawValue)
        writer.member("outcome", plain: outcome.rawValue)
        more(&writer)
        writer.endObject()
        members = writer.finishMembers()
    }

    /// - Parameter more: additional members, in this order.
    package init(_ action: Action, _ outcome: Outcome, _ more: [(name: String, value: Value)] = []) {
        self.init(action, outcome) { $0.members(more) }
    }

    package enum Value: Equatable, Sendable {
        case text(String)
        case number(Int)
    }

    /// An event that ``text`` saved.
    package init(text: String) { members = Array(text.utf8) }

    /// The approximate length of its line, in bytes.
    package var lineSize: Int { members.count + 96 }

    /// The members, to store the event beside its change until the log has it.
    package var text: String { String(decoding: members, as: UTF8.self) }
}

extension JSONWriter {
    /// Writes the members in this order.
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
