import Domain
import Testing

@testable import Terminal

/// What is said of a command line that is not right.
@Suite struct ComplaintTests {
    @Test(arguments: [
        ("Unknown option '--jsno'. Did you mean '--json'?", "unknown option '--jsno'", "did you mean '--json'?"),
        (
            "The value 'moon' is invalid for '--environment <name>'. Please provide one of 'commercial' or 'government'.",
            "the value 'moon' is invalid for '--environment <name>'", "one of 'commercial' or 'government'"
        ),
        ("Missing expected argument '<name>'", "missing expected argument '<name>'", nil),
        ("--timeout goes with --wait", "--timeout goes with --wait", nil),
        ("Unexpected argument.\nTwo.", "unexpected argument", nil),
        ("Keyturn has no such thing", "Keyturn has no such thing", nil),
        ("'X' is no label", "'X' is no label", nil),
    ]) func `the parser's words become a message and a hint`(text: String, message: String, hint: String?) {
        let said = complaint(text)
        #expect(said.detail == message && said.hint == hint)
    }
}
