import Foundation
import TestSupport

/// A client of the agent socket that does to its own process what no usual client does. Perl is part of every Debian.
struct PerlClient {
    private static let script = #"""
        use Socket; $| = 1; $^F = 1000; $SIG{PIPE} = 'IGNORE'; alarm 300;
        my ($mode, $path, $target, @rest) = @ARGV;
        sub open_one { socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die; connect($s, sockaddr_un($path)) or die; $s }
        sub ask { my $s = shift;
            syswrite($s, "GET $target HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\r\n");
            my $n = sysread($s, my $b, 65536);
            print((!$n ? 'closed' : $b =~ m{^HTTP/1.1 (\d+)} ? $1 : 'nonsense'), "\n") }
        sub wait_end { my $s = shift; my $n = sysread($s, my $b, 1); print($n ? "more\n" : "closed\n") }
        if ($mode eq 'crowd') { my @all = map { open_one() } 1..$rest[0]; ask($_) for @all; exit }
        if ($mode eq 'rise') { $> = $rest[0]; }
        my $s = open_one(); ask($s);
        if ($mode eq 'rise') { $> = 0; wait_end($s) }
        elsif ($mode eq 'die') { exit if fork; wait_end($s) }
        elsif ($mode eq 'exec') { if (fork) { exec @rest or die } wait_end($s) }
        elsif ($mode eq 'again') { sleep 3; ask($s) }
        """#

    static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/perl")

    let running: Running

    /// - Parameter other: as whom; `nil` as this user.
    init(_ world: World, _ mode: String, _ target: String, _ rest: [String] = [], as other: OtherUser? = nil) throws {
        let perl = ["/usr/bin/perl", "-e", Self.script, mode, world.agent, target] + rest
        let words = other.map { ["setpriv"] + $0.privileges + perl } ?? perl
        running = try world.runner.start(words[0], Array(words.dropFirst()))
    }

    /// What it and its children said, once that is so many lines.
    func lines(_ count: Int) throws -> [String] {
        try eventually("\(count) lines") {
            let lines = try String(contentsOfFile: running.output, encoding: .utf8).split(separator: "\n").map(
                String.init)
            return lines.count >= count ? lines : nil
        }
    }
}
