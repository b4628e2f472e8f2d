package import Domain

/// The target of a request in a client: `"/v1/apps/\(name)/token?min_ttl=\(60)"`.
///
/// Only values that cannot break out of a path segment or a query value can be interpolated.
package struct RequestPath: Equatable, Sendable, ExpressibleByStringInterpolation {
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        package mutating func appendLiteral(_ literal: String) { text += literal }
        package mutating func appendInterpolation(_ name: Name) { text += name.description }
        package mutating func appendInterpolation(_ number: Int) { text += String(number) }
        package mutating func appendInterpolation(_ field: CredentialField) { text += field.rawValue }
        package mutating func appendInterpolation(_ time: Timestamp) { text += time.description }
    }

    package let text: String

    package init(stringLiteral text: String) { self.text = text }
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
}
