import Domain
import Testing

@Suite struct LogLineTests {
    @Test(arguments: [
        ("plain, grün", "plain, grün"), ("a\nb\r\tc", "a b  c"), ("\u{1B}[2J", " [2J"), ("\u{9B}2J", " 2J"),
        ("a\u{7F}\u{85}b", "a  b"), ("a\u{202E}b\u{2028}c\u{2029}", "a b c "),
    ]) func `every log entry is one line, without control characters`(text: String, line: String) {
        #expect(text.singleLine == line)
    }
}
