import Foundation
import Synchronization
import TestSupport
import Testing

/// Secrets are replaced one after the other while clients fetch and use them without pause, and the daemon is killed
/// again and again. No client may ever be refused by Zoom.
@Suite(.realProcesses) struct KillsUnderLoadTests {
    /// A client with eyes of its own: what it is given it takes to Zoom at once. What cannot be fetched, because there is
    /// no daemon at the moment, is fetched again.
    private static let client = #"""
        fetched=0 refused=0
        while [ ! -e "$STOP" ]; do
            answer=$(curl -sf --max-time 20 --unix-socket "$AGENT" -H 'Keyturn-Request: 1' \
                http://keyturn/v1/apps/zoom-prod/credentials/client_secret) || { sleep 0.02; continue; }
            secret=${answer#*'"value":"'} secret=${secret%%'"'*}
            fetched=$((fetched + 1))
            status=$(printf 'user = "%s:%s"\n' "$ID" "$secret" | curl -s -K - -o /dev/null -w '%{http_code}' \
                -d grant_type=account_credentials -d "account_id=$ACCOUNT" "$ZOOM")
            [ "$status" = 200 ] || refused=$((refused + 1))
        done
        echo "$fetched $refused"
        """#

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `no client is ever refused`() throws {
        let seconds = ProcessInfo.processInfo.environment["KEYTURN_LOAD_SECONDS"].flatMap { Double($0) } ?? 0
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            let app = try world.addApp("zoom-prod")
            let stop = world.directory + "/stop"
            let clients = try (0..<3).map { number in
                let user = OtherUser(uid: 65_530 + number, gid: 65_530)
                try world.must("client", "add", "load-\(number)", "--uid", "\(user.uid)", "--allow", "*:credentials")
                return try world.runner.start(
                    "setpriv", user.privileges + ["/bin/sh", "-c", Self.client],
                    environment: [
                        "STOP": stop, "AGENT": world.agent, "ID": app.clientID, "ACCOUNT": app.accountID,
                        "ZOOM": world.sandbox.tokenURL,
                    ])
            }
            try eventually("each client to be known") {
                try world.keyturn("holders", "zoom-prod", "--json").json["holders"].elements.count == 3
            }

            var dice = Dice(7)
            var kills = 0
            // In the gate until enough has happened, however long that takes.
            var retired = 0
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end || kills < 10 || retired < 2 {
                if kills > 300, seconds == 0 { throw HarnessError("\(kills) kills, and \(retired) rotations") }
                let death = ContinuousClock.now + .milliseconds(Int.random(in: 5...500, using: &dice))
                // Nobody to hear an answer: the kill must find it at any moment of its work.
                while ContinuousClock.now < death { try? Self.turn(world, clock) }
                try world.crash()
                kills += 1
                try world.start(environment: clock.environment)
                retired = try Self.retired(world)
            }
            try eventually("the last rotation to end") {
                try Self.turn(world, clock, begins: false)
                return try world.openRotations().isEmpty
            }
            try Data().write(to: URL(filePath: stop))
            let counts = try clients.map {
                try $0.outcome().output.split(separator: " ").map { Int($0.filter(\.isNumber)) ?? -1 }
            }
            let (fetched, refused) = (counts.reduce(0) { $0 + $1[0] }, counts.reduce(0) { $0 + $1[1] })
            let history = try world.history()
            print("under load: \(fetched) fetches, \(kills) kills, \(history.count) rotations, \(refused) refused")
            retired = try Self.retired(world)
            #expect(refused == 0 && history.count == retired)
            #expect(counts.allSatisfy { $0[0] > 1 }, "\(fetched) fetches")
        }
    }

    private static func retired(_ world: World) throws -> Int {
        try world.history().count { $0["state"].string == "retired" }
    }

    /// Begins a rotation, or lets as much time pass as the one under way waits for. Clients are waited for in real time.
    private static func turn(_ world: World, _ clock: TestClock, begins: Bool = true) throws {
        guard let open = try world.openRotations().first else {
            guard begins else { return }
            try world.pass(16 * 60, on: clock)
            let connection = try Connection(to: world.admin)
            try connection.send(request("POST", "/v1/apps/zoom-prod/rotate", body: #"{"overlap":0}"#))
            _ = try connection.answer(seconds: 0.5)
            return
        }
        let isHeld = open["reason"].string?.hasPrefix("still held") == true
        if !isHeld, let due = open["due_at"].unixSeconds, due > clock.now {
            try world.pass(due - clock.now, on: clock)
        } else {
            usleep(10_000)
        }
    }
}
