import Domain
import SocketAPI
import TestSupport
import Testing

@testable import Health

/// Channels that accept no alerts.
@Suite struct AlertDeliveryTests {
    private func moment(_ seconds: Int) -> Moment {
        Moment(wall: Timestamp(unixSeconds: 1_800_000_000 + seconds), boot: 1000 + seconds)
    }

    private let team = Name.test("team")
    private let mail = Name.test("mail")

    @Test func `it is a problem after five minutes, until one is accepted`() throws {
        let delivery = AlertDelivery()
        #expect(delivery.problems(moment(0)).isEmpty)
        delivery.failed(team, NotAccepted("it was not there"), at: moment(0))
        delivery.failed(team, NotAccepted("it ended with 1"), at: moment(200))
        #expect(delivery.problems(moment(299)).isEmpty)
        let problem = try #require(delivery.problems(moment(300)).first)
        #expect(
            problem.code == "alerts_undelivered"
                && problem.detail.hasSuffix("team since \(moment(0).wall): it ended with 1"))
        #expect(AlertPolicy(problem.code)?.patience == 0 && Severity.base(problem.code) == .warning)
        delivery.worked(team)
        #expect(delivery.problems(moment(400)).isEmpty)
    }

    @Test func `a channel that refused an alert is a problem until it accepts one`() {
        let delivery = AlertDelivery()
        delivery.failed(team, NotAccepted("away"), at: moment(0))
        delivery.failed(mail, NotAccepted("no such key", isFinal: true), at: moment(0))
        for channel in [team, mail] { delivery.isIdle(channel) }
        let detail = delivery.problems(moment(300)).first?.detail
        #expect(detail?.hasSuffix("mail since \(moment(0).wall): no such key") == true)
        delivery.worked(mail)
        #expect(delivery.problems(moment(300)).isEmpty)
    }

    @Test func `a channel is told of others, and not of itself`() throws {
        let delivery = AlertDelivery()
        delivery.failed(team, NotAccepted("away"), at: moment(0))
        #expect(delivery.problems(moment(300), for: team).isEmpty)
        #expect(delivery.problems(moment(300), for: mail).count == 1)
        delivery.failed(mail, NotAccepted("refused"), at: moment(10))
        #expect(delivery.problems(moment(309)).first?.detail.contains("refused") == false)
        let all = try #require(delivery.problems(moment(310)).first?.detail)
        #expect(all.contains("mail since \(moment(10).wall): refused; team since \(moment(0).wall): away"))
        #expect(delivery.problems(moment(310)).count == 1, "one problem names them all")
        #expect(delivery.problems(moment(310), for: team).first?.detail.contains("away") == false)
    }
}
