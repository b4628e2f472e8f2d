import Domain
import SocketAPI
import Testing

@testable import Health

/// A receiver of alerts that accepts none.
@Suite struct AlertDeliveryTests {
    private func moment(_ seconds: Int) -> Moment {
        Moment(wall: Timestamp(unixSeconds: 1_800_000_000 + seconds), boot: 1000 + seconds)
    }

    @Test func `it is a problem after five minutes, until one is accepted, and fires no alert`() throws {
        let delivery = AlertDelivery()
        #expect(delivery.problems(moment(0)).isEmpty)
        delivery.failed("it was not there", at: moment(0))
        delivery.failed("it ended with 1", at: moment(200))
        #expect(delivery.problems(moment(299)).isEmpty)
        let problem = try #require(delivery.problems(moment(300)).first)
        #expect(problem.code == "alerts_undelivered" && problem.detail.hasSuffix("\(moment(0).wall): it ended with 1"))
        #expect(AlertPolicy(problem.code) == nil && Severity.base(problem.code) == .warning)
        delivery.worked()
        #expect(delivery.problems(moment(400)).isEmpty)
    }
}
