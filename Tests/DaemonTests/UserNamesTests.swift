import Dispatch
import Domain
import TestSupport
import Testing

@testable import Daemon

/// The names beside the numbers of users.
@Suite struct UserNamesTests {
    private let root = Identity(uid: 0, gid: 0, pid: 1, login: Login(loginuid: "1000\n", sessionid: "3\n"))

    @Test(
        arguments: [
            ("1000\n", "3\n", 1000, 3), ("0", "4294967295", 0, nil), ("4294967295", "4294967295", nil, nil),
            (nil, "3", nil, nil), ("", "", nil, nil), ("-1", "3", nil, nil), ("4294967296", "3", nil, nil),
            ("1000", nil, 1000, nil),
        ] as [(String?, String?, UInt32?, UInt32?)])
    func `a login is there only when one is set`(uid: String?, session: String?, login: UInt32?, number: UInt32?) {
        let read = Login(loginuid: uid, sessionid: session)
        #expect(read?.uid == login && read?.session == number)
    }

    @Test func `a name is looked up once in its lifetime`() async {
        let (clock, asked) = (ManualTime(), Recorder<UInt32>())
        let names = UserNames(time: clock) { uid in
            asked.record(uid)
            return ["root", "alice"][uid == 0 ? 0 : 1]
        }
        for _ in 0..<3 {
            #expect(await names.names(of: root) == CallerNames(user: "root", login: "alice"))
        }
        #expect(asked.count == 2)
        clock.pass(601)
        _ = await names.names(of: root)
        #expect(asked.count == 4)
    }

    @Test(.timeLimit(.minutes(1))) func `requests at the same time wait for one lookup, and all have its name`() async {
        let (isAsked, goesOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let asked = Recorder<UInt32>()
        let names = UserNames(time: ManualTime(), patience: 60_000) { uid in
            asked.record(uid)
            isAsked.signal()
            goesOn.wait()
            return "root"
        }
        let caller = Identity(uid: 0, gid: 0, pid: 1)
        async let first = names.names(of: caller)
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isAsked.wait()
                continuation.resume()
            }
        }
        async let second = names.names(of: caller)
        // Long enough for the second to be asked for, and within the time that both wait.
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(50)) { goesOn.signal() }
        #expect(await [first, second] == [CallerNames(user: "root"), CallerNames(user: "root")])
        #expect(asked.count == 1)
    }

    @Test func `that a user has no name is not believed for long`() async {
        let (clock, asked) = (ManualTime(), Recorder<UInt32>())
        let names = UserNames(time: clock) { uid in
            asked.record(uid)
            return asked.count == 1 ? nil : "late"
        }
        let caller = Identity(uid: 7, gid: 0, pid: 1)
        #expect(await names.names(of: caller).user == nil)
        clock.pass(14)
        #expect(await names.names(of: caller).user == nil && asked.count == 1)
        clock.pass(1)
        #expect(await names.names(of: caller).user == "late")
    }

    @Test(.timeLimit(.minutes(1))) func `a name service that hangs holds up nobody, and is asked once`() async {
        let (hangs, asked) = (DispatchSemaphore(value: 0), Recorder<UInt32>())
        let names = UserNames(time: ManualTime()) { uid in
            asked.record(uid)
            hangs.wait()
            return "root"
        }
        for _ in 0..<3 { #expect(await names.names(of: root) == CallerNames()) }
        #expect(asked.count == 1)
        for _ in 0..<2 { hangs.signal() }
        while await names.names(of: root).user == nil { await Task.yield() }
    }
}
