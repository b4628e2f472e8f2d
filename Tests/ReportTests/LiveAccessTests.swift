import SocketAPI
import Testing

@testable import Report

/// Who sees the live report.
@Suite struct LiveAccessTests {
    private static let address = "127.0.0.1:4321"

    private static func access() -> LiveAccess {
        var secrets = ["link", "page"].makeIterator()
        return LiveAccess(address: address) { secrets.next() ?? "more" }
    }

    private static func asked(
        _ path: String, method: Method = .get, host: String = address, origin: String? = nil, hasQuery: Bool = false
    ) -> LiveAccess.Asked {
        LiveAccess.Asked(method: method, path: path, hasQuery: hasQuery, host: host, origin: origin)
    }

    private static func code(_ answer: LiveAccess.Answer) -> ProblemCode? {
        if case .refused(let problem) = answer { problem.code } else { nil }
    }

    @Test func `the link works once, and leads to a page that stays`() {
        var access = Self.access()
        #expect(access.url == "http://127.0.0.1:4321/link")
        #expect(Self.code(access.answer(Self.asked("/page"))) == .notFound, "not before the link")
        #expect(access.answer(Self.asked("/link")) == .moved("/page"))
        #expect(Self.code(access.answer(Self.asked("/link"))) == .notPermitted)
        for _ in 0..<2 { #expect(access.answer(Self.asked("/page")) == .page) }
        #expect(access.answer(Self.asked("/page", origin: "http://\(Self.address)")) == .page)
    }

    @Test(arguments: [
        (asked("/link", host: "evil.example:4321"), ProblemCode.badRequest),
        (asked("/link", host: "127.0.0.1"), .badRequest),
        (asked("/link", host: "localhost:4321"), .badRequest), (asked("/link", host: ""), .badRequest),
        (asked("/link", origin: "http://evil.example"), .notPermitted), (asked("/link", origin: "null"), .notPermitted),
        (asked("/link", origin: "http://127.0.0.1:4322"), .notPermitted),
        (asked("/link", method: .post), .methodNotAllowed),
        (asked("/link", method: .delete), .methodNotAllowed), (asked("/link", method: .head), .notFound),
        (asked("/link", hasQuery: true), .notFound), (asked("/"), .notFound), (asked("/lin"), .notFound),
        (asked("/linkk"), .notFound), (asked("/LINK"), .notFound),
    ]) func `a request of anybody else gets nothing, and does not use up the link`(
        asked: LiveAccess.Asked, code: ProblemCode
    ) {
        var access = Self.access()
        #expect(Self.code(access.answer(asked)) == code)
        #expect(access.answer(Self.asked("/link")) == .moved("/page"))
    }

    @Test func `the page is refused to other pages too`() {
        var access = Self.access()
        _ = access.answer(Self.asked("/link"))
        #expect(Self.code(access.answer(Self.asked("/page", origin: "http://evil.example"))) == .notPermitted)
        #expect(Self.code(access.answer(Self.asked("/page", host: "evil.example"))) == .badRequest)
        #expect(Self.code(access.answer(Self.asked("/page", method: .post))) == .methodNotAllowed)
    }
}
