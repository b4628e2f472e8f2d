import CCurl
import Foundation
import HTTPTestSupport
import SecretMemory
import Testing

@testable import HTTPTransport

struct CurlWordsTests {
    @Test(
        arguments: [
            (CURLE_PEER_FAILED_VERIFICATION, CurlCircumstances(verification: 10), "it has expired"),
            (CURLE_PEER_FAILED_VERIFICATION, CurlCircumstances(), "it is for another host name"),
            (CURLE_PEER_FAILED_VERIFICATION, CurlCircumstances(verification: 18), "it is self-signed"),
            (CURLE_PEER_FAILED_VERIFICATION, CurlCircumstances(verification: 999), "OpenSSL's verdict 999"),
            (CURLE_COULDNT_CONNECT, CurlCircumstances(systemError: 111), "connection refused"),
            (CURLE_COULDNT_CONNECT, CurlCircumstances(), ""),
            (
                CURLE_RECV_ERROR, CurlCircumstances(systemError: 104, proxyStatus: 407),
                "it answered 407: it requires a login, or a different one"
            ),
            (CURLE_RECV_ERROR, CurlCircumstances(proxyStatus: 403), "it answered 403"),
            (CURLE_RECV_ERROR, CurlCircumstances(alert: TLSAlert(45)), "TLS alert certificate_expired"),
            (CURLE_SSL_CONNECT_ERROR, CurlCircumstances(alert: TLSAlert(40)), "TLS alert handshake_failure"),
            (CURLE_COULDNT_RESOLVE_PROXY, CurlCircumstances(), "the name of the proxy in the environment"),
            (CURLE_OPERATION_TIMEDOUT, CurlCircumstances(systemError: 115), ""),
            (CURLE_FTP_ACCEPT_FAILED, CurlCircumstances(), "libcurl's code 10"),
        ] as [(CURLcode, CurlCircumstances, String)])
    func `a failure is reported in our own words, by curl's numbers`(
        code: CURLcode, circumstances: CurlCircumstances, words: String
    ) {
        #expect(circumstances.words(for: code) == words)
    }

    @Test func `no code is reported in curl's own words`() {
        for raw in UInt32(0)..<UInt32(CURL_LAST.rawValue) {
            let words = CurlCircumstances(systemError: 111).words(for: CURLcode(raw))
            let own = unsafe String(cString: curl_easy_strerror(CURLcode(raw)))
            #expect(!words.contains(own), "\(raw): \(words)")
        }
    }

    @Test func `a certificate that is not trusted is reported with the reason`() async throws {
        let server = try TLSServer()
        func failure(_ host: String, caFile: String?) async throws -> String {
            let request = HTTPRequest(.get, try EndpointURL("https://\(host):\(server.port)/"))
            let client = try transport(caFile: caFile)
            do throws(TransportFailure) {
                _ = try await client.send(request)
                return "it was trusted"
            } catch { return error.description }
        }
        let unknown = try await failure("localhost", caFile: nil)
        #expect(unknown.hasPrefix("the server's certificate is not trusted (it"))
        let otherName = try await failure("127.0.0.1", caFile: server.caFile)
        #expect(otherName == "the server's certificate is not trusted (it is for another host name)")
    }
}
