/// The size limits of a request. One byte beyond a limit is refused, and an announced length never causes an allocation.
package struct RequestLimits: Sendable {
    /// The most bytes of the request line without its line end.
    package var line = 2_048
    /// The most bytes of the header section: every field line with its line end, and the empty line at the end.
    package var fieldSection = 8_192
    /// The most field lines in the header section.
    package var fields = 64
    /// The most `key=value` pairs in the query.
    package var queryPairs = 16
    /// The most bytes of the body.
    package var body = 65_536
    /// Whether a target may have any form, for a server that imitates another one.
    package var takesAnyTarget = false
    /// Whether the value of `Authorization` is retained. Not where it could be a real one, because it is not wiped.
    package var keepsAuthorization = false
    /// Whether the value of `Origin` is retained, for a server that browsers use.
    package var keepsOrigin = false

    package init() {}
}

/// The size limits of an answer that a client reads.
package struct AnswerLimits: Sendable {
    /// The most bytes of status line and header section together.
    package var head = 16_384
    /// The most bytes of the body. Lists of a hundred thousand apps must fit.
    package var body = 64 << 20

    package init() {}
}
