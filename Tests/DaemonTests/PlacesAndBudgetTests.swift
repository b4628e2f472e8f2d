import Names
import SocketAPI
import Testing
import Times
import Vault

@testable import Daemon

@Suite struct PlacesAndBudgetTests {
    private func places(_ connections: Int, perUser: Int) -> ConnectionPlaces {
        var limits = ConnectionLimits()
        (limits.connections, limits.connectionsPerUser) = (connections, perUser)
        return ConnectionPlaces(limits, owner: 7)
    }

    @Test func `one user's connections leave places for others`() {
        let places = places(100, perUser: 10)
        for _ in 0..<10 { #expect(places.take(1000) == nil) }
        #expect(places.take(1000) == .user(1000))
        #expect(places.take(1001) == nil)
        places.give(1000)
        #expect(places.take(1000) == nil)
        #expect(places.total == 11)
    }

    @Test func `many users together leave places for root and the daemon's own`() {
        let places = places(32, perUser: 32)
        var users = 0
        while places.take(1000 + UInt32(users)) == nil { users += 1 }
        #expect(users == 30)
        #expect(places.take(0) == nil && places.take(7) == nil)
        #expect(places.take(0) == .full && places.take(7) == .full)
        for user in 0..<30 { places.give(1000 + UInt32(user)) }
        #expect(places.total == 2)
        #expect(places.take(5) == nil)
    }

    @Test func `root is held by the total alone`() {
        let places = places(20, perUser: 1)
        for _ in 0..<20 { #expect(places.take(0) == nil) }
        #expect(places.take(0) == .full)
    }

    @Test func `a client's requests are counted by the second`() throws {
        let budget = RequestBudget(perSecond: 3)
        let (one, two) = (try #require(Name("one")), try #require(Name("two")))
        func spend(_ client: Name, at second: Int) -> Bool {
            let now = Moment(wall: Timestamp(unixSeconds: 0), boot: second)
            do { try budget.spend(client, now: now) } catch {
                #expect(error.code == .tooManyRequests)
                return false
            }
            return true
        }
        #expect((0..<5).map { _ in spend(one, at: 10) } == [true, true, true, false, false])
        #expect(spend(two, at: 10))
        #expect((0..<4).map { _ in spend(one, at: 11) } == [true, true, true, false])
        #expect(spend(one, at: 500))
    }

    @Test func `a refusal for their number says when to come back`() throws {
        let refused = RenderedResponse.refusing(Problem(.tooManyRequests, "x"))
        var text = ""
        refused.forEachPart(closing: false) { part in
            text += unsafe part.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        }
        #expect(text.contains("HTTP/1.1 429 ") && text.contains("Retry-After: 1\r\n"))
    }

    @Test func `a client whose uid is another name's is told from one whose user is only unknown`() {
        func client(_ name: String, uid: UInt32, user: String?) -> Client {
            Client(
                id: name, name: Name(name) ?? { preconditionFailure() }(), selectors: Selectors(uid: uid, user: user),
                grants: [], createdAt: Timestamp(unixSeconds: 0))
        }
        let strangers = UserWatch.strangers(
            among: [
                client("same", uid: 1, user: "ann"), client("alias", uid: 1, user: "anna"),
                client("recycled", uid: 2, user: "bob"), client("gone", uid: 3, user: "cid"),
                client("moved", uid: 1, user: "dan"), client("number", uid: 1, user: nil),
            ], uid: { ["ann": 1, "anna": 1, "eve": 2, "dan": 9][$0] }, name: { [1: "ann", 2: "eve"][$0] })
        #expect(strangers == ["recycled": "eve", "moved": "ann"])
    }
}
