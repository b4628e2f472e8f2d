import SocketServer
import Testing

@Suite struct LoopbackAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9464", true), ("[::1]:1", true), ("127.0.0.1:65535", true), ("127.0.0.1:0", false),
        ("127.0.0.1:65536", false), ("127.0.0.1:", false), ("127.0.0.1", false), ("0.0.0.0:9464", false),
        ("[::]:9464", false), ("localhost:9464", false), ("127.0.0.2:9464", false), ("::1:9464", false),
        (":9464", false), ("9464", false), ("127.0.0.1:+9464", false), ("127.0.0.1:09464", false),
        ("127.0.0.1 :9464", false), ("10.0.0.1:9464", false), ("", false),
    ]) func `the listener accepts loopback addresses only`(_ text: String, _ isTaken: Bool) {
        let address = LoopbackAddress(text)
        #expect((address != nil) == isTaken)
        #expect(address.map(\.description) ?? text == text)
    }

    @Test(arguments: [
        ("127.0.0.1:9464", true), ("localhost:9464", true), ("LocalHost:9464", true), ("[::1]:9464", true),
        ("127.0.0.1", false), ("localhost", false), ("localhost:80", false), ("127.0.0.1:94640", false),
        ("evil.example:9464", false), ("localhost.evil.example:9464", false),
        ("127.0.0.1.evil.example:9464", false),
        ("localhost:9464.evil.example", false), ("", false), ("keyturn", false), ("0.0.0.0:9464", false),
    ]) func `a request with another host name is refused`(_ host: String, _ isMeant: Bool) throws {
        #expect(try #require(LoopbackAddress("127.0.0.1:9464")).isMeant(by: host) == isMeant)
        #expect(try #require(LoopbackAddress("127.0.0.1:80")).isMeant(by: "localhost"))
    }
}
