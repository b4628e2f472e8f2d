import Domain
import Testing

struct NearestTests {
    @Test(arguments: [
        ("statsu", "status"), ("shwo", "show"), ("tokn", "token"), ("explain-eror", "explain-error"), ("xyzzy", nil),
        ("s", nil), ("stat", "status"), ("rot", "rotate"), ("expl", nil), ("explain", "explain"),
    ]) func `the nearest word is found, if one is near`(word: String, found: String?) {
        #expect(nearest(to: word, among: ["status", "show", "token", "explain", "explain-error", "rotate"]) == found)
    }
}
