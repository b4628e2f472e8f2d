import Domain
import Testing

@testable import Terminal

/// How text is laid out for terminals of any width, and without one.
@Suite struct TextTableTests {
    private var table: TextTable {
        var table = TextTable(["APP", "AGE", "TOKEN"])
        table.add("zoom-prod", "12 d", "fresh")
        table.add("zoom-with-a-very-long-name", "1 d", "none")
        return table
    }

    @Test func `without a terminal nothing is cut and no column is left out`() {
        #expect(
            table.text == """
                APP                         AGE   TOKEN
                zoom-prod                   12 d  fresh
                zoom-with-a-very-long-name  1 d   none

                """)
    }

    @Test(arguments: [
        (80, "zoom-with-a-very-long-name  1 d   none"), (39, "zoom-with-a-very-long-name  1 d   none"),
        (38, "zoom-with-a-very-long-name  none"), (33, "zoom-with-a-very-long-name  none"),
        (30, "zoom-with-a-very-long-…  none"), (10, "zoom-wi…  none"),
    ]) func `on a narrow terminal columns go first, and then the first one is cut`(width: Int, last: String) {
        let lines = table.text(Paint(.never), width: width, dropping: [1]).split(separator: "\n")
        #expect(lines.last.map(String.init) == last)
        #expect(width < 16 || lines.allSatisfy { $0.count <= width })
    }

    @Test func `colours take no room, and are off where nobody sees them`() {
        var table = TextTable()
        table.add(cells: [.init("bad", .bad), "x"])
        table.add(cells: ["longer", "y"])
        #expect(table.text(Paint(.always)) == "\u{1B}[31mbad\u{1B}[0m     x\nlonger  y\n")
        #expect(table.text == "bad     x\nlonger  y\n")
    }

    @Test(arguments: [
        (Paint.Choice.auto, true, nil, "xterm", true), (.auto, true, "", "xterm", true),
        (.auto, false, nil, "xterm", false), (.auto, true, "1", "xterm", false), (.auto, true, nil, "dumb", false),
        (.always, false, "1", "dumb", true), (.never, true, nil, "xterm", false),
    ]) func `colours are used only where a terminal shows them`(
        choice: Paint.Choice, isTerminal: Bool, noColour: String?, terminal: String, coloured: Bool
    ) {
        let paint = Paint(choice, isTerminal: isTerminal, noColour: noColour, terminal: terminal)
        #expect(paint.text("x", .good).contains("\u{1B}") == coloured)
        #expect(paint.text("", .good).isEmpty && paint.text("x", nil) == "x")
    }

    @Test func `text is broken between words, and what is longer than a line stays whole`() {
        #expect(wrapped("one two three four", behind: "  do  ", width: 24) == "  do  one two three four\n")
        #expect(wrapped("one two three four", behind: "  do  ", width: 22) == "  do  one two three\n      four\n")
        #expect(
            wrapped("https://marketplace.zoom.us/develop x", width: 20) == "https://marketplace.zoom.us/develop\nx\n")
        #expect(wrapped("one two", behind: "> ", width: nil) == "> one two\n")
    }

    @Test func `nothing in a cell ends its line or is obeyed by a terminal`() {
        var table = TextTable()
        table.add("executable", "/tmp/a\npassed  b\r\u{1B}[32mc\t\u{7F}")
        #expect(table.text == "executable  /tmp/a\\u{a}passed  b\\u{d}\\u{1b}[32mc\\u{9}\\u{7f}\n")
    }

    @Test func `a count of one is singular`() {
        #expect(counted(1, "app") == "1 app" && counted(0, "app") == "0 apps" && counted(2, "app") == "2 apps")
        #expect(counted(2, "directory", "directories") == "2 directories")
    }

    @Test func `a command stays on one line, or is continued as a shell reads it`() {
        let text = "no answer came: keyturn rotation resume 0123456789abcdef; to end it: keyturn rotation finish 0123"
        #expect(
            wrapped(text, behind: "  try: ", width: 58) == """
                  try: no answer came:
                       keyturn rotation resume 0123456789abcdef; to end
                       it: keyturn rotation finish 0123

                """)
        #expect(
            wrapped("fix it, then keyturn app set zoom-prod --marketplace-app-id ID to go on", width: 40) == """
                fix it, then keyturn app set zoom-prod \\
                  --marketplace-app-id ID to go on

                """)
    }

    @Test func `lines that are too wide are broken, and keep their indentation`() {
        let text =
            "short\n  a line that is too wide for it\n    try: keyturn status --watch\n\u{1B}[31mpainted already, and wide\u{1B}[0m"
        #expect(
            fitted(text, width: 20) == """
                short
                  a line that is too
                  wide for it
                    try: keyturn \\
                           status \\
                           --watch
                \u{1B}[31mpainted already, and wide\u{1B}[0m
                """)
        #expect(fitted(text, width: nil) == text)
    }

    @Test func `the examples of a help are whole commands`() {
        let discussion = "Does it.\n\nExample: keyturn status\nExample: keyturn app set zoom-prod --rotate-every 30d"
        let help =
            "OVERVIEW: Short.\n\nDoes it.\n\nExample: keyturn status\nExample: keyturn app set\nzoom-prod\n\nUSAGE: x\n"
        #expect(
            helpText(help, discussion: discussion, width: 40) == """
                OVERVIEW: Short.

                Does it.

                EXAMPLES:
                  keyturn status
                  keyturn app set zoom-prod \\
                    --rotate-every 30d

                USAGE: x

                """)
        #expect(helpText("keyturn 1", discussion: discussion, width: 40) == "keyturn 1")
    }
}
