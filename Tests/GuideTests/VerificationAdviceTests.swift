import Domain
import SecretJSON
import SecretMemory
import SocketAPI
import Testing
import Zoom

@testable import Guide

/// What the guide says to each answer of Zoom's, and how it goes on.
@Suite struct VerificationAdviceTests {
    private static func failed(_ cause: ZoomCause) -> CheckResults {
        CheckResults([
            .init(.token, .failed, cause.meaning, try: cause.remedy, cause: cause),
            .init(.scopes, .skipped, "no token"), .init(.scim, .skipped, "no token"),
        ])
    }

    private static func passed(_ more: CheckResult...) -> CheckResults {
        CheckResults([.init(.token, .passed, "taken")] + more)
    }

    @Test(arguments: [
        (ZoomCause.appDisabled, VerificationAdvice.Outcome.again, "the app is not activated"),
        (.wrongAccount, .enter([.accountID]), "Zoom refuses the account ID"),
        (.invalidClient, .enter([.clientID, .clientSecret]), "does not know this client ID and client secret"),
        (.unsupportedGrant, .enter([.accountID, .clientID, .clientSecret]), "another type"),
        (.unreachable, .again, "Zoom cannot be reached"), (.throttled, .again, "limits the number of calls"),
        (.serverError, .again, "an internal error"), (.tlsUntrusted, .again, "TLS"), (.refused, .again, "refused"),
    ]) func `each refusal is named, and only what is wrong is entered again`(
        cause: ZoomCause, outcome: VerificationAdvice.Outcome, words: String
    ) {
        let advice = VerificationAdvice(Self.failed(cause))
        #expect(advice.outcome == outcome && !advice.maySkip)
        #expect(advice.words.joined(separator: " ").contains(words))
        #expect(advice.words.count >= 2, "it says where that is fixed")
    }

    @Test func `each missing scope has its own line, by both of its names`() {
        let scopes = CheckResult(
            .scopes, .failed, "missing",
            missing: [
                .init(scope: "user:master", granular: ["user:read:user:master", "user:update:user:master"]),
                .init(scope: "scim2", granular: ["scim2:admin"]),
            ])
        let advice = VerificationAdvice(Self.passed(scopes))
        #expect(advice.outcome == .again && advice.maySkip)
        #expect(advice.words.first == "Zoom accepts the credentials, but 2 scopes are not ticked:")
        #expect(
            advice.words[1...2] == [
                "  user:master, or granular: user:read:user:master, user:update:user:master",
                "  scim2, or granular: scim2:admin",
            ])
        #expect(advice.words.last?.contains("Scopes > Add Scopes") == true)
    }

    @Test func `a fact that Zoom does not say yet, and a failure that is not the app's, may be left as it is`() {
        for check in [
            CheckResult(.scopes, .skipped, "not said"),
            .init(.scim, .failed, "no single sign-on", try: "enable"),
        ] {
            let advice = VerificationAdvice(Self.passed(check))
            #expect(advice.outcome == .again && advice.maySkip && !advice.words.isEmpty)
        }
        #expect(
            VerificationAdvice(Self.passed(.init(.scopes, .passed, ""), .init(.scim, .passed, ""))).outcome == .ready)
    }

    @Test func `a draft comes back as it was, without the secret and at the same step`() throws {
        var draft = GuideDraft(name: try #require(Name("zoom-prod")))
        draft.set(.accountID, "acc")
        draft.set(.clientSecret, "s3cret")
        draft.set(.marketplaceAppID, "")
        draft.set(.company, "Émile \"&\" Søn")
        draft.environment = .government
        draft.finish(.credentials)
        let bytes = draft.render()
        let text = bytes.withSpan { span in
            String(decoding: (0..<span.byteCount).map { span[$0] }, as: UTF8.self)
        }
        #expect(!text.contains("s3cret") && !text.contains("client_secret"))
        #expect(
            text == """
                {"name":"zoom-prod","step":"information","environment":"government","token_url":null,"api_url":null,\
                "account_id":"acc","marketplace_app_id":"","company":"Émile \\"&\\" Søn"}
                """)
        let again = try GuideDraft(parsing: bytes.copy())
        #expect(again == draft && again.step == .information)
        #expect(again.open(at: .credentials) == [.clientID, .clientSecret])
        #expect(again.open(at: .information) == [.description, .contactName, .contactEmail])
        #expect(again.profile[.company] == "Émile \"&\" Søn" && again.profile[.features] == nil)
        for step in MarketplaceStep.allCases { draft.finish(step) }
        #expect(draft.step == nil)
        #expect(try GuideDraft(parsing: draft.render()).step == nil)
    }

    @Test func `every step says what to do and why, and asks for each value once`() {
        for step in MarketplaceStep.allCases {
            #expect(!step.tasks.isEmpty && !step.reason.isEmpty && !step.title.isEmpty)
        }
        #expect(
            MarketplaceStep.allCases.flatMap(\.fields).sorted { $0.rawValue < $1.rawValue }
                == MarketplaceField.allCases.sorted { $0.rawValue < $1.rawValue })
    }
}
