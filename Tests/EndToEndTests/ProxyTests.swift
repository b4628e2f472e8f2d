import Foundation
import Testing

/// A proxy's password is nobody's to read, however its variable is written.
@Suite(.realProcesses) struct ProxyTests {
    private static let usable = "127.0.0.1:1"

    @Test(arguments: [
        "http://user:plAnted@\(usable)", "http://user:plAnted@\(usable)/", "user:plAnted@\(usable)",
        "https://user:plAnted@\(usable)", "socks5://user:plAnted@\(usable)", "socks5h://user:plAnted@\(usable)",
        "socks4a://plAnted@\(usable)", "http://user:plAnted%40x@\(usable)", "http://user:plAnted@x@\(usable)",
        "http://user:plAnted@127.0.0.1:99999", "http://user:plAnted@127.0.0.1:port", "http://user:pl/plAnted@\(usable)",
        "http://user:12#plAnted@\(usable)", "http://user:plAnted@127.0.0.1 :1", "'http://user:plAnted@\(usable)'",
        "ftp://user:plAnted@\(usable)", "http:/user:plAnted@\(usable)", "http://user:plAnted@", "user:plAnted",
        "http://user:plAnted%00@\(usable)", "http://user:plAnted@" + String(repeating: "x", count: 3000),
        "http://user:plAntedü@\(usable)", "://plAnted", "http://user:plAnted\u{1B}[2J@\(usable)",
    ]) func `the password of a proxy is shown nowhere`(proxy: String) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start("--key-file", world.keyFile, environment: ["https_proxy": proxy])
            try world.admitEverything()
            try world.must(
                "app", "add", "zoom-prod", "--account-id=a", "--client-id=c", "--secret-stdin", "--no-verify",
                input: "a-secret")
            let answer = try world.get("/v1/apps/zoom-prod/token")
            #expect(answer.status == 503)
            var seen = [answer.text]
            for command in ["app verify zoom-prod", "token zoom-prod --refresh", "doctor", "status"] {
                let outcome = try world.runner.run(Programs.keyturn, command.split(separator: " ").map(String.init))
                seen.append(outcome.output + outcome.errors)
                let isTold = ["from https_proxy", "https_proxy is set, but"].contains { outcome.output.contains($0) }
                #expect(isTold || command != "doctor", "\(outcome)")
            }
            let ended = try world.stop()
            #expect(ended.errors.contains("https_proxy"), "the log says at the start how calls leave")
            seen.append(ended.output + ended.errors)
            for name in try Files.names(world.auditDirectory) {
                seen.append(String(decoding: try Files.bytes(world.auditDirectory + "/" + name), as: UTF8.self))
            }
            for text in seen { #expect(!text.contains("plAnted"), "\(text)") }
        }
    }
}
