import SecretJSON
import SecretMemory

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

    /// - Parameter more: further members, in this order.
    package init(_ action: Action, _ outcome: Outcome, _ more: [(name: String, value: Value)] = []) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("action", action.rawValue)
        writer.member("outcome", outcome.rawValue)
        for (name, value) in more {
            switch value {
            case .text(let text): writer.member(name, text)
            case .number(let number): writer.member(name, number)
            }
        }
        writer.endObject()
        members = writer.finish().withSpan { $0.array.dropFirst().dropLast() + [] }
    }

    package enum Value: Equatable, Sendable {
        case text(String)
        case number(Int)
    }

    /// As it was kept by ``text``.
    package init(text: String) { members = Array(text.utf8) }

    /// The members, for keeping an event beside the change that it tells of until it is in the log.
    package var text: String { String(decoding: members, as: UTF8.self) }
}
