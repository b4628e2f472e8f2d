import Domain
import Scheduling
import TestSupport
import Testing
import Vault

/// Apps of all kinds through crashes, jumps of the clock and sleeps: nothing that is due is forgotten, and nothing begins
/// before it is due.
@Suite(.timeLimit(.minutes(5))) struct TurmoilTests {
    private static let day = 86_400

    @Test(arguments: 0..<4) func `nothing is forgotten, and nothing comes twice`(seed: Int) async throws {
        var dice = Dice(UInt64(seed))
        var apps: [String: Int] = [:]
        for index in 0..<12 { apps["app-\(index)"] = [1, 2, 7, 30][dice.below(4)] * Self.day }
        var process = try await Process(apps: apps.map { .rotated($0.key, every: $0.value) })
        var created: [Name: Timestamp] = [:]
        var seen = 0

        /// Each new call is of an app whose secret was old enough, or made under a clock that was ahead.
        func check() throws {
            for call in process.zoom.made.dropFirst(seen) {
                let every = try #require(apps[call.app.description])
                if let made = created[call.app], made <= call.at {
                    #expect(call.at - made >= every - every / 10, "\(call.app) came too early")
                }
                created[call.app] = call.at
            }
            seen = process.zoom.made.count
        }

        for name in apps.keys { created[.test(name)] = process.time.now.wall }
        for _ in 0..<60 {
            switch dice.below(8) {
            case 0: process.time.setWall(by: (dice.below(40) - 20) * Self.day)
            case 1: process.time.setWall(by: dice.below(7200) - 3600)
            case 2: process.time.pass(dice.below(5 * Self.day))
            case 3:
                process.time.reboot(after: dice.below(3 * Self.day))
                process = try await process.restarted()
            case 4: process = try await process.restarted()
            default: await process.run(seconds: dice.below(20) * 600, every: 300)
            }
            await process.poll()
            try check()
        }
        // Quiet at last: everybody has a turn within an interval, and nobody is overdue by more than the catching up.
        await process.run(seconds: 900, every: 30)
        try check()
        let now = process.time.now.wall
        var recurrences = Recurrences()
        for entry in process.vault.catalog.entries {
            if let open = entry.rotation {
                // Zoom's throttle may have put off its last step.
                #expect(try #require(open.due) > now, "\(entry.app.name)")
                continue
            }
            let due = RotationDue(
                entry, schedulerState: entry.schedulerState, recurrence: try recurrences.of(entry.app), now: now,
                catchingUp: false)
            #expect(try #require(due).begins > now, "\(entry.app.name)")
        }
        let before = Dictionary(
            uniqueKeysWithValues: process.vault.catalog.entries.map { ($0.app.name, $0.credential.generation) })
        // What was made under a clock that was ahead is as old as that clock says.
        let ahead = process.vault.catalog.entries.map { $0.credential.createdAt - process.time.now.wall }.max() ?? 0
        await process.run(seconds: 31 * Self.day + max(ahead, 0), every: 3600)
        try check()
        for entry in process.vault.catalog.entries {
            #expect(try entry.credential.generation > #require(before[entry.app.name]), "\(entry.app.name)")
        }
    }
}
