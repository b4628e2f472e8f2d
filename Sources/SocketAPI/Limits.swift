/// How large a request may be. What exceeds a limit by one byte is refused, and nothing is ever allocated by what a
/// client merely announces.
package struct RequestLimits: Sendable {
    /// Bytes of the request line without its line end.
    package var line = 2_048
    /// Bytes of the header section: every field line with its line end, and the empty line that closes it.
    package var fieldSection = 8_192
    /// Field lines in the header section.
    package var fields = 64
    /// `key=value` pairs in the query.
    package var queryPairs = 16
    /// Bytes of the body.
    package var body = 65_536
    /// Whether a target may have any form, for a server that stands in for somebody else's.
    package var takesAnyTarget = false
    /// Whether the value of `Authorization` is kept. Not where it could be a real one: nobody wipes it.
    package var keepsAuthorization = false

    package init() {}
}

/// How much of an answer a client takes in.
package struct AnswerLimits: Sendable {
    /// Bytes of status line and header section together.
    package var head = 16_384
    /// Bytes of the body. Lists of a hundred thousand apps are ordinary.
    package var body = 64 << 20

    package init() {}
}
