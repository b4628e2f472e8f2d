import Domain
import Scheduling
import Testing
import Vault

private let day = 86_400

@Suite struct PolicyDoubtTests {
    @Test(
        arguments: [
            (nil, "", 7 * day, []), (30 * day, "", 7 * day, []), (30 * day, "Sun 02:00-04:00", 7 * day, []),
            (7 * day, "Sun 02:00-04:00", 0, []), (day, "daily 02:00-04:00", 3600, []), (30 * day, "", 0, []),
            (day, "", 7 * day, ["--overlap 12h"]), (7 * day, "", 7 * day, ["--overlap 3d12h"]),
            (day, "Sun 02:00-04:00", 3600, ["--rotate-every 7d"]),
            (day, "Sun 02:00-04:00", 7 * day, ["--overlap 12h", "--rotate-every 7d"]),
            (6 * day, "Sun 02:00-04:00", day, ["--rotate-every 7d"]), (3600, "daily 00:00-24:00", 0, []),
        ] as [(Int?, String, Int, [String])]) func `a policy that contradicts itself is doubted, and no other`(
            every: Int?, windows: String, overlap: Int, hints: [String]
        ) throws
    {
        let policy = RotationPolicy(every: every, windows: windows, overlap: overlap)
        let name = try #require(Name("zoom-prod"))
        #expect(policy.contradictions(of: name).map(\.hint) == hints.map { "keyturn app set zoom-prod \($0)" })
    }
}
