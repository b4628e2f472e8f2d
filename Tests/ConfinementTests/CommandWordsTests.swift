import Testing

@testable import Confinement

@Suite struct CommandWordsTests {
    @Test(arguments: [
        ("/bin/cat", ["/bin/cat"]), ("  /bin/cat\t/etc/key \n", ["/bin/cat", "/etc/key"]),
        ("/bin/cat '/etc/a key'", ["/bin/cat", "/etc/a key"]), (#"/bin/cat "/etc/a key""#, ["/bin/cat", "/etc/a key"]),
        (#"/bin/sh -c 'a | b "c" $d'"#, ["/bin/sh", "-c", #"a | b "c" $d"#]),
        (#"/bin/echo "it's" '"' '' "" x''y"#, ["/bin/echo", "it's", "\"", "", "", "xy"]),
        (#"/bin/echo 'a\nb'"#, ["/bin/echo", #"a\nb"#]),
        (
            "/usr/bin/tpm2_unseal -c 0x81010001 -p pcr:sha256:7",
            ["/usr/bin/tpm2_unseal", "-c", "0x81010001", "-p", "pcr:sha256:7"]
        ),
        ("/usr/bin/env A=b,c /bin/x --y=%@+:^/é", ["/usr/bin/env", "A=b,c", "/bin/x", "--y=%@+:^/é"]),
    ]) func `words are split as a person would split them`(text: String, words: [String]) {
        let command = CommandWords(text)
        #expect(command.map { [$0.program] + $0.arguments } == words)
    }

    @Test(arguments: [
        "", " ", "cat /etc/key", "./cat", "'/bin/cat", "/bin/cat \"x", "/bin/cat\0x", "''", "/bin/a | /bin/b",
        "/bin/a > b",
        "/bin/a < b", "/bin/a && /bin/b", "/bin/a; /bin/b", "/bin/a $KEY", "/bin/a $(b)", "/bin/a `b`", "/bin/a *",
        "/bin/a ?",
        "/bin/a [b]", "/bin/a {b,c}", "/bin/a ~/b", "/bin/a #b", "/bin/a !b", #"/bin/a \b"#,
    ]) func `syntax that only a shell understands is refused`(text: String) {
        #expect(CommandWords(text) == nil)
    }
}
