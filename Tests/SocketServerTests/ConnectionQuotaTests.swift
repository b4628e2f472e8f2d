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
        for _ in 0..<10 { #expect(quota.take(known(1000)) == nil) }
        #expect(quota.take(known(1000)) == .user(1000))
        #expect(quota.take(known(1001)) == nil)
        quota.give(known(1000))
        #expect(quota.take(known(1000)) == nil)
        #expect(quota.total == 11)
    }

    @Test func `many users together leave places for root`() {
        let quota = quota(32, perUser: 32)
        var users: UInt32 = 0
        while quota.take(known(1000 + users)) == nil { users += 1 }
        #expect(users == 30)
        #expect(quota.take(root) == nil && quota.take(root) == nil)
        #expect(quota.take(root) == .full)
    }

    @Test func `strangers, however many, leave their places to those whom a rule names`() {
        let quota = quota(1_600, perUser: 100)
        var taken = 0
        for uid in 0..<500 as Range<UInt32> {
            for _ in 0..<100 where quota.take(stranger(100_000 + uid)) == nil { taken += 1 }
        }
        #expect(taken == 100)
        for uid in 0..<10 as Range<UInt32> {
            for _ in 0..<100 { #expect(quota.take(known(1000 + uid)) == nil) }
        }
    }

    @Test func `one stranger gets a part of what all of them share`() {
        let quota = quota(1_600, perUser: 100)
        for _ in 0..<25 { #expect(quota.take(stranger(9)) == nil) }
        #expect(quota.take(stranger(9)) == .user(9))
        #expect(quota.take(stranger(10)) == nil)
        quota.give(stranger(9))
        #expect(quota.take(stranger(9)) == nil)
    }

    @Test(arguments: [(20, 8), (1024, 176), (4096, 944), (65_536, 16_304), (Int.max, (Int.max - 320) / 4)])
    func `there are no more places than descriptors`(files: Int, most: Int) {
        #expect(ConnectionLimits.most(files: files) == most)
    }
}
