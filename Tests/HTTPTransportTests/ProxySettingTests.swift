import Testing

@testable import HTTPTransport

/// `plAnted` is the password in each.
struct ProxySettingTests {
    static let usable: [(value: String, shown: String)] = [
        ("http://user:plAnted@proxy.example:3128", "http proxy at proxy.example:3128 (with a login)"),
        ("http://user:plAnted@proxy.example:3128/", "http proxy at proxy.example:3128 (with a login)"),
        ("user:plAnted@proxy.example:3128", "http proxy at proxy.example:3128 (with a login)"),
        ("HTTP://user:plAnted@proxy.example", "http proxy at proxy.example:1080 (with a login)"),
        ("https://user:plAnted@proxy.example", "https proxy at proxy.example:443 (with a login)"),
        ("socks5h://user:plAnted@proxy.example:1080", "socks5h proxy at proxy.example:1080 (with a login)"),
        ("socks4a://plAnted@proxy.example", "socks4a proxy at proxy.example:1080 (with a login)"),
        ("http://user:plAnted%40x%2F@proxy.example:80", "http proxy at proxy.example:80 (with a login)"),
        ("http://:plAnted@proxy.example:80", "http proxy at proxy.example:80 (with a login)"),
        ("http://user:plAnted:more@[::1]:3128", "http proxy at [::1]:3128 (with a login)"),
        ("proxy.example:3128", "http proxy at proxy.example:3128"),
        ("ftp.example:3128", "http proxy at ftp.example:3128"),
    ]
    static let unusable: [String] = [
        "http://user:plAnted@proxy.example:99999", "http://user:plAnted@proxy.example:port",
        "http://user:plAnted@proxy.example:0", "http://user:pl/Anted@proxy.example:3128",
        "http://user:1234/plAnted@proxy.example:3128", "http://user:12#plAnted@proxy.example:3128",
        "http://user:12?plAnted@proxy.example", "http://user:plAnted@proxy example:3128",
        "'http://user:plAnted@proxy.example:3128'", "\"http://user:plAnted@proxy.example:3128\"",
        "ftp://user:plAnted@proxy.example", "gopher://user:plAnted@proxy.example",
        "http://user:plAnted@", "user:plAnted", "http://user:plAnted%00@proxy.example",
        "http://user:plAnted@" + String(repeating: "x", count: 300), " http://user:plAnted@proxy.example",
        "http://user:plAnted@pröxy example", "://plAnted",
        "http://user:plAnted@proxy.example:3128/path",
    ]

    private static func setting(_ value: String, of variable: String = "https_proxy") -> ProxySetting? {
        ProxySetting { $0 == variable ? value : nil }
    }

    @Test(arguments: usable) func `a proxy is named by kind, host and port`(value: String, shown: String) {
        #expect(Self.setting(value)?.description == "\(shown), from https_proxy")
    }

    @Test(arguments: unusable) func `an address that is no proxy's is named by its variable alone`(value: String) {
        #expect(Self.setting(value) == .unusable(variable: "https_proxy"))
        #expect(Self.setting(value)?.description == "https_proxy is set, but is not the address of a proxy")
    }

    @Test func `the variables are read in libcurl's order, and empty ones do not count`() {
        #expect(ProxySetting { _ in nil } == nil)
        #expect(ProxySetting { _ in "" } == nil)
        let order = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        for (index, first) in order.enumerated() {
            let found = ProxySetting { order.firstIndex(of: $0).map { $0 >= index } == true ? "proxy:1" : "" }
            #expect(found?.description == "http proxy at proxy:1, from \(first)")
        }
        #expect(ProxySetting { $0 == "http_proxy" ? "proxy:1" : nil } == nil, "http is for this machine")
    }
}
