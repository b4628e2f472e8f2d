/// Why something did not succeed, as text for operators, with Zoom's ID for the call that failed. The ID is not part of
/// the text: each attempt has another one, and a repeated failure is no news.
package struct FailureReason: Equatable, Sendable, CustomStringConvertible {
    package let text: String
    /// To quote to Zoom's support; `nil` where no answer of Zoom is meant.
    package let trackingID: String?

    package init(_ text: String, trackingID: String? = nil) {
        self.text = text
        self.trackingID = trackingID
    }

    package var description: String { text }
}

extension FailureReason: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self.init(value) }

    package init(stringInterpolation parts: Parts) {
        self.init(parts.text, trackingID: parts.trackingID)
    }

    /// A text that contains another reason has that one's ID.
    package struct Parts: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var trackingID: String?

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += value.description
        }

        package mutating func appendInterpolation(_ reason: FailureReason) {
            text += reason.text
            trackingID = trackingID ?? reason.trackingID
        }
    }
}
