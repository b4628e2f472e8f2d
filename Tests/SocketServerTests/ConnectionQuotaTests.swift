import Testing

@testable import SocketServer

/// Who gets a connection when many want one.
@Suite struct ConnectionQuotaTests {
    private func quota(_ connections: Int, perUser: Int) -> ConnectionQuota {
        var limits = ConnectionLimits()
        (limits.connections, limits.connectionsPerUser) = (connections, perUser)
        return ConnectionQuota(limits)
    }

    private func known(_ uid: UInt32) -> ConnectionQuota.Place { .init(uid: uid, standing: .known) }
    private func stranger(_ uid: UInt32) -> ConnectionQuota.Place { .init(uid: uid, standing: .stranger) }
    private let root = ConnectionQuota.Place(uid: 0, standing: .owner)

    @Test func `one user's connections leave places for others`() {
        let quota = quota(100, perUser: 10)
        for _ in 0..<10 { #expect(quota.claim(known(1000)) == nil) }
        #expect(quota.claim(known(1000)) == .user(1000))
        #expect(quota.claim(known(1001)) == nil)
        quota.release(known(1000))
        #expect(quota.claim(known(1000)) == nil)
        #expect(quota.total == 11)
    }

    @Test func `many users together leave places for root`() {
        let quota = quota(32, perUser: 32)
        var users: UInt32 = 0
        while quota.claim(known(1000 + users)) == nil { users += 1 }
        #expect(users == 30)
        #expect(quota.claim(root) == nil && quota.claim(root) == nil)
        #expect(quota.claim(root) == .full)
    }

    @Test func `strangers, however many, leave places to users with policies`() {
        let quota = quota(1_600, perUser: 100)
        var taken = 0
        for uid in 0..<500 as Range<UInt32> {
            for _ in 0..<100 where quota.claim(stranger(100_000 + uid)) == nil { taken += 1 }
        }
        #expect(taken == 100)
        for uid in 0..<10 as Range<UInt32> {
            for _ in 0..<100 { #expect(quota.claim(known(1000 + uid)) == nil) }
        }
    }

    @Test func `one stranger gets a part of what all of them share`() {
        let quota = quota(1_600, perUser: 100)
        for _ in 0..<25 { #expect(quota.claim(stranger(9)) == nil) }
        #expect(quota.claim(stranger(9)) == .user(9))
        #expect(quota.claim(stranger(10)) == nil)
        quota.release(stranger(9))
        #expect(quota.claim(stranger(9)) == nil)
    }

    @Test func `a stranger gets no more than a user with a policy`() {
        let quota = quota(4_096, perUser: 3)
        for _ in 0..<3 { #expect(quota.claim(stranger(9)) == nil) }
        #expect(quota.claim(stranger(9)) == .user(9))
    }

    @Test func `some users with policies, however greedy, leave places to the others`() {
        let quota = quota(1_600, perUser: 400)
        var greedy = 0
        for uid in 1000..<1010 as Range<UInt32> {
            while quota.claim(known(uid)) == nil { greedy += 1 }
        }
        #expect(greedy <= 1_100 + 10 * 25)
        for _ in 0..<25 { #expect(quota.claim(known(2000)) == nil) }
    }

    @Test func `a place counts as what its user has become`() {
        let quota = quota(1_600, perUser: 400)
        var mine: [ConnectionQuota.Place?] = (0..<100).map { _ in known(1000) }
        for _ in mine { #expect(quota.claim(known(1000)) == nil) }
        let refusals = mine.indices.map { quota.move(&mine[$0], to: .stranger) }
        #expect(mine.count { $0 == nil } == 75, "given back with the refusal, so that nobody else counts it")
        #expect(refusals.count { $0 == nil } == 25, "a stranger's share, and who is left has to go")
        #expect(refusals.count { $0 == .user(1000) } == 75 && quota.total == 25)
        #expect(quota.claim(stranger(1000)) == .user(1000) && quota.claim(stranger(1001)) == nil)
        quota.release(stranger(1001))
        for index in mine.indices where mine[index] != nil {
            #expect(quota.move(&mine[index], to: .known) == nil)
        }
        for _ in 0..<375 { #expect(quota.claim(known(1000)) == nil) }
        for _ in 0..<400 { quota.release(known(1000)) }
        #expect(quota.total == 0 && quota.claim(stranger(1000)) == nil, "nothing is left over")
    }

    @Test func `memory is given back when half of many connections are gone, once`() {
        var peak = ConnectionPeak()
        peak.record(40)
        var fallen = [peak.hasFallen(to: 0)]
        peak.record(1_000)
        for count in [501, 500, 499, 250, 250] { fallen.append(peak.hasFallen(to: count)) }
        #expect(fallen == [false, false, true, false, true, false], "few are worth no work")
    }

    @Test(arguments: [(20, 8), (1024, 168), (4096, 936), (65_536, 16_296), (Int.max, (Int.max - 352) / 4)])
    func `there are no more places than descriptors`(files: Int, most: Int) {
        #expect(ConnectionLimits.most(files: files) == most)
    }
}
