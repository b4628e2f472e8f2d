import Domain
import FoundationEssentials
import HTTPTransport
import Sandbox
import SecretMemory
import Testing

@testable import Zoom

@Suite struct RotationSandboxTests {
    /// What may be seen of a call, against all that the sandbox keeps secret.
    private func expectNoSecret(_ call: RotationCall, _ bench: RotationBench) {
        let texts = "\(call) \(String(reflecting: call)) \(call.failure?.texts ?? "")"
        for secret in bench.secrets { #expect(!texts.contains(secret.value)) }
    }

    @Test func `[doc] after a delivered answer the new secret works, and the old one until its time`() async throws {
        try await RotationBench.with { bench in
            let old = secret(bench.secrets[0].value)
            let call = try await bench.rotate()
            let body = try #require(call.body)
            let answer = try RotationAnswer.read(body).get()
            #expect(call.name == "answered")
            #expect(answer.newSecret.text == bench.secrets.last?.value)
            #expect(answer.secretID == bench.secrets.last?.id)
            #expect(
                answer.revokeOldAt.map { Double($0.unixSeconds) } == bench.secrets[0].revoked?.timeIntervalSince1970)
            #expect(await bench.works(answer.newSecret))
            #expect(await bench.works(old))
            try bench.server.withState { try $0.clock.advance(seconds: 7 * 86_400 + 10) }
            #expect(await bench.works(answer.newSecret))
            #expect(await !bench.works(old))
            expectNoSecret(call, bench)
        }
    }

    @Test(
        arguments: [
            (.dropBefore, "unknown", 1), (.dropAfter, "unknown", 2), (.truncate, "unknown", 2),
            (.status, "unknown", 1), (.statusAfter, "unknown", 2), (.html, "unknown", 1), (.redirect, "unknown", 1),
            (.empty, "unknown", 2), (.contentType, "answered", 2),
        ] as [(Fault.Kind, String, Int)]) func `a fault that hides whether Zoom acted is an unknown outcome`(
            fault: Fault.Kind, name: String, secrets: Int
        ) async throws
    {
        try await RotationBench.with { bench in
            try bench.strike(fault)
            let call = try await bench.rotate()
            #expect(call.name == name)
            #expect(bench.secrets.count == secrets)
            if name == "unknown" { #expect(call.failure?.disposition == .ambiguous) }
            expectNoSecret(call, bench)
        }
    }

    @Test func `a truncated answer in which the secret arrived loses nothing`() async throws {
        try await RotationBench.with { bench in
            try bench.strike(.truncate)
            let partial = try #require(try await bench.rotate().body)
            #expect(!RotationAnswer.read(partial).isSuccess)
            let saved = try #require(RotationAnswer.salvage(partial))
            #expect(saved.text == bench.secrets.last?.value)
            #expect(await bench.works(saved))
        }
    }

    @Test func `[doc] a fourth change within 15 minutes is throttled and changes nothing; later it is not`()
        async throws
    {
        try await RotationBench.with { bench in
            for _ in 0..<3 { #expect(try await bench.rotate().name == "answered") }
            let call = try await bench.rotate()
            #expect(call.name == "certainlyNot")
            #expect(call.failure?.disposition == .throttled(retryAfter: .seconds(900)))
            #expect(try await bench.endOld() == .notNow(try #require(call.failure).sameBut(trackingIDOf: bench)))
            #expect(bench.secrets.count == 4)
            try bench.server.withState { try $0.clock.advance(seconds: 900) }
            #expect(try await bench.rotate().name == "answered")
        }
    }

    @Test func `[doc] refusals change nothing, and say what is wrong`() async throws {
        try await RotationBench.with { bench in
            let token = try await bench.token()
            let lacking = try await bench.client.mint(
                bench.credentials(), grant: .accountCredentials, at: bench.endpoints
            ).accessToken
            let calls = [
                (try await bench.rotate(appID: bench.app.clientID, token: token), ZoomCause.wrongAppID),
                (try await bench.rotate(days: 31, token: token), .outOfRange),
                (try await bench.rotate(days: -1, token: token), .outOfRange),
                (try await bench.rotate(token: secret("nonsense")), .tokenRefused),
                (try await bench.rotate(token: lacking), .missingScopes),
            ]
            for (call, cause) in calls {
                #expect(call.name == "certainlyNot")
                #expect(call.failure?.cause == cause)
                #expect(call.failure?.disposition == .permanent)
                expectNoSecret(call, bench)
            }
            #expect(bench.secrets.count == 1)
        }
    }

    @Test(arguments: [(.replace, true), (.revokeOld, true), (.add, true), (.refuse, false)] as [(SecondNew, Bool)])
    func `[assumed] a second new is handled, whatever it does`(second: SecondNew, isAnswered: Bool) async throws {
        try await RotationBench.with({ $0.secondNew = second }) { bench in
            let first = try #require(try await bench.rotate().newSecret)
            let call = try await bench.rotate()
            #expect(call.name == (isAnswered ? "answered" : "certainlyNot"))
            #expect(bench.secrets.count == (isAnswered ? 3 : 2))
            #expect(await bench.works(call.newSecret ?? first))
            #expect(await bench.works(first) == (second != .replace))
        }
    }

    @Test func `[doc] update revokes the old secret at its time, and a second time it is already gone`() async throws {
        try await RotationBench.with { bench in
            #expect(try await bench.endOld() == .alreadyGone)
            let old = secret(bench.secrets[0].value)
            let new = try #require(try await bench.rotate().newSecret)
            guard case .refused(let failure) = try await bench.endOld(appID: "another") else {
                Issue.record("not refused")
                return
            }
            #expect(failure.cause == .wrongAppID)
            #expect(await bench.works(old))
            guard case .outOfRange = try await bench.endOld(in: -1) else {
                Issue.record("not refused as late")
                return
            }
            #expect(try await bench.endOld() == .set(secretID: bench.secrets.last?.id))
            #expect(await bench.works(old))
            try bench.pass()
            #expect(await !bench.works(old))
            #expect(await bench.works(new))
            #expect(try await bench.endOld() == .alreadyGone)
        }
    }

    @Test(arguments: [
        Fault.Kind.dropAfter, .truncate, .statusAfter, .empty, .contentType,
    ])
    func `an update whose answer is lost may have been done`(fault: Fault.Kind) async throws {
        try await RotationBench.with { bench in
            _ = try await bench.rotate()
            try bench.strike(fault)
            guard case .unknown = try await bench.endOld() else {
                Issue.record("not unknown")
                return
            }
            try bench.pass()
            #expect(try await bench.endOld() == .alreadyGone)
        }
    }
}

extension ZoomFailure {
    /// The sandbox gives each call another tracking ID.
    fileprivate func sameBut(trackingIDOf bench: RotationBench) -> ZoomFailure {
        ZoomFailure(
            disposition, cause, status: status, detail: detail,
            trackingID: bench.server.withState { $0.log.entries.last?.trackingID })
    }
}
