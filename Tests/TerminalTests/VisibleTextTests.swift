import Terminal
import Testing

struct VisibleTextTests {
    @Test(arguments: [
        ("plain, with ünïcode and 漢字\n\tand lines\n", "plain, with ünïcode and 漢字\n\tand lines\n"),
        ("a\u{1B}[2Jb", "a\\u{1b}[2Jb"), ("a\u{1B}]0;title\u{7}b", "a\\u{1b}]0;title\\u{7}b"),
        ("a\rb", "a\\u{d}b"), ("a\u{8}b", "a\\u{8}b"), ("a\u{7F}b", "a\\u{7f}b"), ("a\0b", "a\\u{0}b"),
        ("a\u{9B}2Jb", "a\\u{9b}2Jb"), ("a\u{85}b", "a\\u{85}b"),
        ("a\u{202E}b", "a\\u{202e}b"), ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"), ("a\u{200F}b", "a\\u{200f}b"),
        ("a\u{61C}b", "a\\u{61c}b"), ("a\u{2028}b", "a\\u{2028}b"), ("a\u{FEFF}b", "a\\u{feff}b"),
        ("a\u{200B}b", "a\\u{200b}b"), ("a\u{E0041}b", "a\\u{e0041}b"),
        // Hidden text, and what only begins like a colour of ours.
        ("\u{1B}[8msecret\u{1B}[0m", "\\u{1b}[8msecret\u{1B}[0m"), ("\u{1B}[31", "\\u{1b}[31"),
        ("\u{1B}[31;8m", "\\u{1b}[31;8m"), ("\u{1B}", "\\u{1b}"),
        ("\u{1B}[31mred\u{1B}[0m", "\u{1B}[31mred\u{1B}[0m"),
    ])
    func `nothing of a text is obeyed by a terminal but our own colours`(text: String, shown: String) {
        #expect(visible(text) == shown)
    }

    @Test(arguments: [Paint.Meaning.bad, .warning, .good, .command, .heading, .quiet])
    func `every colour that the program uses stays`(meaning: Paint.Meaning) {
        let text = Paint(.always).text("word", meaning)
        #expect(text != "word" && visible(text) == text)
    }

    @Test func `a message is one line, whatever is in it`() {
        #expect(oneLine("a\nkeyturn: b\r\n\tc\u{1B}[2J") == "a keyturn: b   c\\u{1b}[2J")
    }
}
