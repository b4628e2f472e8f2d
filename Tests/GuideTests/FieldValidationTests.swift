import Domain
import SocketAPI
import Testing

@testable import Guide

/// What is pasted, and what the guide makes of it.
@Suite struct FieldValidationTests {
    private static let id = "aB3_dE-fGh1jKlMnOpQr5t"
    private static let secret = "abcdefghijklmnopqrstuvwxyzABC123"

    @Test(arguments: [
        (MarketplaceField.accountID, id, FieldVerdict.taken(id, wasTrimmed: false)),
        (.accountID, "  \(id)\t\r", .taken(id, wasTrimmed: true)),
        (.accountID, "short", .taken("short", wasTrimmed: false)),
        (.accountID, "-dash", .taken("-dash", wasTrimmed: false)),
        (.accountID, "   ", .refused(why: "the account ID is empty")),
        (.clientID, "", .refused(why: "the client ID is empty")),
        (.marketplaceAppID, " ", .skipped), (.features, "", .skipped),
        (.company, " Émile & Søn ", .taken("Émile & Søn", wasTrimmed: true)),
        (.company, "a\u{1B}[31m", .refused(why: "the company name contains a control character")),
        (.contactEmail, "a@example.org", .taken("a@example.org", wasTrimmed: false)),
        (.contactEmail, "nobody", .refused(why: "this is not an e-mail address")),
        (.company, String(repeating: "x", count: 257), .refused(why: "the company name is longer than 256 bytes")),
    ]) func `a value is accepted without the white space around it`(
        field: MarketplaceField, entered: String, judged: FieldVerdict
    ) {
        #expect(field.judge(entered, knowing: [:]) == judged)
    }

    @Test(arguments: ["two words", "non\u{A0}breaking", "a\u{200B}b", "é"])
    func `a pasted value with a space inside has to be pasted again`(entered: String) {
        guard case .refused = MarketplaceField.clientID.judge(entered, knowing: [:]) else {
            Issue.record("\(entered) was taken")
            return
        }
    }

    @Test(arguments: [
        (
            MarketplaceField.accountID, secret,
            "this looks like a client secret: 32 letters and digits, not like the account ID"
        ),
        (.clientID, secret, "this looks like a client secret: 32 letters and digits, not like the client ID"),
        (.clientID, "https://marketplace.zoom.us/develop", "this looks like an address, not like the client ID"),
        (.accountID, "a@example.org", "this looks like an e-mail address, not like the account ID"),
        (.description, secret, "this looks like a client secret: 32 letters and digits"),
    ]) func `a value in the wrong field is questioned, and may still be used`(
        field: MarketplaceField, entered: String, why: String
    ) {
        #expect(field.judge(entered, knowing: [:]) == .doubtful(entered, wasTrimmed: false, why: why))
    }

    @Test func `the same value twice is recognised by the field that it was entered in`() {
        let known = [MarketplaceField.accountID: Self.id]
        #expect(
            MarketplaceField.clientID.judge(Self.id + " ", knowing: known)
                == .refused(why: "this is the account ID that you entered before, not the client ID"))
        #expect(
            MarketplaceField.marketplaceAppID.judge(Self.id, knowing: [.clientID: Self.id])
                == .refused(why: "this is the client ID that you entered before, not the Marketplace app ID"))
        #expect(MarketplaceField.accountID.judge(Self.id, knowing: known) == .taken(Self.id, wasTrimmed: false))
    }

    @Test(arguments: [
        (secret, nil), ("a-secret-of-another-kind-and-of-some-length", nil), ("short", nil),
        (id, "this looks like an ID: about 22 characters, not like the client secret"),
        ("https://example.org", "this looks like an address, not like the client secret"),
    ]) func `a secret is known by its shape alone`(secret: String, doubt: String?) {
        #expect(MarketplaceField.recheck(aboutSecretOf: Shape(secret)) == doubt)
    }

    /// The operator ticks what the daemon looks for.
    @Test func `the scopes of the guide are those that are verified`() {
        let tasks = MarketplaceStep.scopes.tasks.joined(separator: "\n")
        for scope in RequiredScope.all {
            for name in [scope.classic] + scope.granular { #expect(tasks.contains(name)) }
        }
    }
}
