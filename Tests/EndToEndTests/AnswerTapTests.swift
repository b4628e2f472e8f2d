import Foundation
import Testing

/// That `schema/openapi.yaml` has its examples, and that an answer which is not as it says would be noticed.
@Suite(.realProcesses) struct AnswerTapTests {
    @Test(.enabled(if: AnswerTap.shared != nil, AnswerTap.missing))
    func `each operation has an example that fits its schema`() throws {
        try withWorld(serving: false) { world in
            let outcome = try world.runner.run(
                "/usr/bin/python3", ["-W", "ignore", AnswerTap.program, "--examples"])
            #expect(outcome.exit == 0 && outcome.output == "\n", "\(outcome)")
        }
    }

    /// The tap sees what a real daemon says, to whoever asks: so many answers at least, and none of them amiss.
    @Test(.enabled(if: AnswerTap.shared != nil, AnswerTap.missing)) func `the tap sees the answers`() throws {
        let tap = try #require(AnswerTap.shared)
        try withWorld { world in
            for _ in 0..<5 { _ = try world.get("/v1/apps") }
            try world.must("status")
            try world.stop()
            let verdict = try tap.verdict(on: world.state)
            #expect(verdict.answers >= 7 && verdict.faults.isEmpty, "\(verdict)")
        }
    }
}
