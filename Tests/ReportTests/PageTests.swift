import Domain
import SocketAPI
import Testing

@testable import Report

/// The page of a report: well-formed, and never anything but text from what others chose.
@Suite struct PageTests {
    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "</style><b>", "&lt;b&gt;",
        "\u{202E}txet", "a\u{0}b\u{1B}[31m", "javascript:alert(1)",
    ]

    /// Every text of others in each of its places.
    private static func hostileSample(_ text: String) -> Sample {
        var sample = Sample(apps: 3)
        sample.mapApps { app in
            AppDocument(
                name: app.name, generation: app.generation, accountID: text, clientID: text, marketplaceAppID: text,
                environment: .commercial, tokenURL: text, apiURL: text, secretFingerprint: text, secretLength: 1,
                secretCreatedAt: app.secretCreatedAt, createdAt: app.createdAt,
                profile: AppProfile([.owner: text, .description: text]), labels: app.labels, policy: app.policy,
                warnings: [text])
        }
        sample.evidence = sample.evidence.map { known in
            AppEvidence(
                app: known.app, history: known.history, holders: [],
                requests: known.requests + [
                    AppEvidence.Requests(
                        action: text, outcome: text, client: text, uid: 1, generation: nil, first: Sample.now,
                        last: Sample.now, count: 1)
                ], lines: known.lines, linesLeftOut: 0, requestsLeftOut: 0)
        }
        let quoted = text.unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
                ? "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16) : String(scalar)
        }.joined()
        let members = #""uid":5,"user":"\#(quoted)","target":"\#(quoted)","changed":"\#(quoted)","reason":"\#(quoted)""#
        sample.actions = [sample.log("app.set", sample.apps[0].name, Sample.now, members)]
        sample.problems = [HealthIssue(code: text, app: sample.apps[0].name, Advice(text, try: text))]
        return sample
    }

    @Test(arguments: hostile) func `a text of others is text on the page`(text: String) throws {
        let page = ReportPage(Self.hostileSample(text).report(audit: [text], selection: text)).text
        #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"), "\(text)")
        #expect(page.matches(of: #/<\/style>/#).count == 1)
        #expect(!page.contains("\u{202E}") && !page.contains("\u{0}") && !page.contains("\u{1B}"))
        for element in page.matches(of: #/<[a-z][^>]*>/#) {
            #expect(!element.output.contains(#/\son[a-z]*=/#) && !element.output.contains("javascript:"))
        }
        #expect(try Self.unclosed(page) == [])
        #expect(page.contains(HTMLWriter.escaped(text)), "it is shown nevertheless")
    }

    /// The elements of a page that are not closed in the order in which they were opened.
    private static func unclosed(_ page: String) throws -> [String] {
        var open: [String] = []
        let withoutStyle = page.replacing(#/<style>[^<]*<\/style>/#, with: "")
        for tag in withoutStyle.matches(of: #/<(\/?)([a-z0-9]+)(?:\s[a-z0-9-]+="[^"<>]*")*>/#) {
            let name = String(tag.output.2)
            if name == "meta" { continue }
            if tag.output.1.isEmpty {
                open.append(name)
            } else {
                guard open.last == name else { return open + ["/\(name)"] }
                open.removeLast()
            }
        }
        // Every angle bracket belongs to such a tag.
        let rest = withoutStyle.replacing(#/<\/?[a-z0-9]+(?:\s[a-z0-9-]+="[^"<>]*")*>/#, with: "")
        #expect(!rest.replacing("<!doctype html>", with: "").contains { $0 == "<" || $0 == ">" })
        return open
    }

    @Test func `the page needs nothing from elsewhere and runs no script`() throws {
        let page = ReportPage(Sample(apps: 20).report()).text
        for word in ["<script", "<link", "<iframe", "<object", "@import", "url(", "src=", "http://"] {
            #expect(!page.contains(word), "\(word)")
        }
        let links = page.matches(of: #/href="([^"]*)"/#).map { String($0.output.1) }
        #expect(!links.isEmpty && links.allSatisfy { $0.hasPrefix("#app-") })
        for link in Set(links) { #expect(page.contains("id=\"\(link.dropFirst())\""), "\(link) leads nowhere") }
        #expect(page.contains("default-src 'none'".replacing("'", with: "&#39;")))
        #expect(try Self.unclosed(page) == [])
    }

    @Test func `every app, rotation and consumer is on the page`() {
        let report = Sample(apps: 40).report()
        let page = ReportPage(report).text
        for app in report.apps {
            #expect(page.contains("id=\"app-\(app.name)\""))
            for rotation in app.rotations { #expect(page.contains(rotation.id)) }
        }
        #expect(page.contains(report.audit.code ?? "none"))
        #expect(page.contains("No line was changed, removed or inserted."))
        #expect(ReportPage(Sample(apps: 1).report(audit: ["line 7 was changed"])).text.contains("line 7 was changed"))
    }

    @Test func `colours can be read, light, dark and printed`() throws {
        let sheet = "\(ReportStyle.sheet)"
        let blocks = sheet.matches(of: #/:root\{([^}]*)\}/#).map { String($0.output.1) }
        #expect(blocks.count == 3)
        for block in blocks {
            var colours: [String: Double] = [:]
            for match in block.matches(of: #/--([a-z0-9]+):\s*#([0-9a-f]{3,6})/#) {
                colours[String(match.output.1)] = Self.luminance(String(match.output.2))
            }
            let paper = try #require(colours["paper"])
            for (name, least) in [("ink", 7.0), ("soft", 4.5), ("bad", 4.5), ("bar", 4.5), ("bar2", 3.0)] {
                let colour = try #require(colours[name], "\(name)")
                let ratio = (max(colour, paper) + 0.05) / (min(colour, paper) + 0.05)
                #expect(ratio >= least, "\(name): \(ratio) in \(block)")
            }
        }
    }

    /// As WCAG 2 defines it.
    private static func luminance(_ digits: String) -> Double {
        let full = digits.count == 3 ? digits.map { "\($0)\($0)" }.joined() : digits
        let parts = stride(from: 0, to: 6, by: 2).map { index in
            let value = Double(Int(full.dropFirst(index).prefix(2), radix: 16) ?? 0) / 255
            return value <= 0.03928 ? value / 12.92 : Self.power((value + 0.055) / 1.055)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    /// To the power of 2.4, by the twelfth power of the fifth root.
    private static func power(_ base: Double) -> Double {
        var root = 1.0
        for _ in 0..<60 { root = root - (root * root * root * root * root - base) / (5 * root * root * root * root) }
        return (0..<12).reduce(1.0) { product, _ in product * root }
    }
}
