import Foundation
import Testing

@testable import Report

/// The page in a browser, where there is one: nothing is wider than the screen, and nothing is cut.
@Suite struct ChromiumTests {
    private static let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first(
        where: FileManager.default.isExecutableFile)

    /// Shows the page at each width, and writes what is wrong into the title.
    private static let script = """
        addEventListener('load', () => {
          const wrong = [];
          for (const frame of document.querySelectorAll('iframe')) {
            const page = frame.contentDocument, width = frame.clientWidth;
            const say = words => wrong.push(width + ' px: ' + words);
            if (page.documentElement.scrollWidth > width) say('wider: ' + page.documentElement.scrollWidth);
            let seen = 0;
            for (const element of page.body.querySelectorAll('*')) {
              const box = element.getBoundingClientRect();
              if (box.width === 0 || element.closest('thead')) continue;
              seen++;
              if (box.right > width + 1 || box.left < -1) say(element.tagName + '.' + element.getAttribute('class')
                + ' ' + Math.round(box.left) + '..' + Math.round(box.right) + ' ' + element.textContent.slice(0, 40));
              if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
                && getComputedStyle(element).overflow !== 'visible') say('cut: ' + element.tagName);
            }
            if (seen < 100) say('only ' + seen + ' elements');
            for (const cell of page.querySelectorAll('td,dd,h2')) {
              const size = parseFloat(getComputedStyle(cell).fontSize);
              if (size < 11) say('small: ' + size);
            }
          }
          document.title = wrong.length ? wrong.slice(0, 20).join('\\n') : 'nothing is wrong';
        });
        """

    @Test(.enabled(if: program != nil, "there is no Chromium"), .timeLimit(.minutes(3)), arguments: [12, 80])
    func `nothing on the page is wider than the screen`(apps: Int) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "keyturn-report-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let page = HTMLWriter.escaped(ReportPage(Sample(apps: apps).report()).text.replacing("\n", with: " "))
        let frames = [1280, 390].map { "<iframe width=\($0) height=900 style='border:0' srcdoc=\"\(page)\"></iframe>" }
        let file = directory.appending(path: "frames.html")
        try "<!doctype html><meta charset=utf-8><title>not run</title><script>\(Self.script)</script>\(frames.joined())"
            .write(to: file, atomically: true, encoding: .utf8)
        let shown = try Self.run([
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--user-data-dir=\(directory.path)/profile", "--window-size=1400,1000", "--virtual-time-budget=20000",
            "--dump-dom", file.absoluteString,
        ])
        let title = shown.firstMatch(of: #/<title>([^<]*)<\/title>/#).map { String($0.output.1) }
        #expect(title == "nothing is wrong", "\(title ?? "no page: \(shown.prefix(500))")")
    }

    private static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: try #require(program))
        process.arguments = arguments
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
