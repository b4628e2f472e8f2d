import Foundation
import Testing

/// The Debian package, made of the programs under test: what dpkg and whoever reads the manual find in it. Whether it
/// installs, `scripts/package-test` tries.
@Suite(.realProcesses, .enabled(if: Packaging.isPossible, Packaging.why)) struct PackageTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized.path

    @Test func `the package has what a product installs`() throws {
        try withWorld(serving: false) { world in
            // The toolchain is where it was found for the build; `git` needs none of our settings.
            let environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
            func must(_ program: String, _ arguments: String..., input: String? = nil) throws -> String {
                let running = try world.runner.start(program, arguments, input: input, environment: environment)
                let outcome = try running.outcome(seconds: 300)
                guard outcome.exit == 0 else { throw HarnessError("\(program) \(arguments): \(outcome)") }
                return outcome.output
            }
            let made = try must(
                Self.root + "/scripts/package", "--from", Programs.ofTheTests, "--fast", "--output", world.directory)
            let package = String(made.dropLast())
            #expect(package.hasPrefix(world.directory + "/keyturn_") && package.hasSuffix(".deb"))

            let fields = try must("dpkg-deb", "--field", package)
            #expect(fields.hasPrefix("Package: keyturn\nVersion: "))
            for library in ["libc6", "libssl", "libcurl", "libsqlite3-0", "libyaml-0-2"] {
                #expect(fields.contains(library), "\(library) in \(fields)")
            }
            try Self.expectFiles(try must("dpkg-deb", "--contents", package))

            let tree = world.directory + "/tree"
            _ = try must("dpkg-deb", "--extract", package, tree)
            try Self.expectVersions(in: tree) { try must($0, "--version") }
            let pages = try FileManager.default.subpathsOfDirectory(atPath: tree + "/usr/share/man").filter {
                $0.hasSuffix(".gz")
            }
            #expect(
                pages.sorted() == [
                    "man1/keyturn-tour.1.gz", "man1/keyturn.1.gz", "man1/zoom-sandbox.1.gz", "man5/keyturn.yaml.5.gz",
                    "man8/keyturnd.8.gz",
                ])
            for page in pages {
                #expect(try must("mandoc", "-Tlint", "-W", "style", "\(tree)/usr/share/man/\(page)") == "", "\(page)")
            }
            let manual = try must("mandoc", "-Tutf8", tree + "/usr/share/man/man1/keyturn.1.gz")
                .replacing(/.\u{8}/, with: "")
            for words in ["keyturn target add pingfederate", "--min-ttl seconds", "EXIT STATUS", "KEYTURN_STATE_DIR"] {
                #expect(manual.contains(words), "\(words)")
            }
            _ = try must("bash", "-n", tree + "/usr/share/bash-completion/completions/keyturn")
            try Self.expectAnExample(tree + "/usr/share/doc/keyturn/examples/keyturn.yaml", in: world)
        }
    }

    private static func expectFiles(_ listing: String) throws {
        let lines = listing.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.contains(" root/root ") }, "all of it is root's")
        #expect(Set(lines.map { $0.split(separator: " ")[3] }).count == 1, "of one time")
        let names = Set(lines.compactMap { $0.split(separator: " ").last.map { String($0.dropFirst(2)) } })
        let expected = [
            "usr/bin/keyturn", "usr/bin/keyturnd", "usr/bin/zoom-sandbox", "usr/lib/sysusers.d/keyturn.conf",
            "usr/lib/tmpfiles.d/keyturn.conf", "usr/share/zsh/vendor-completions/_keyturn",
            "usr/share/fish/vendor_completions.d/keyturn.fish", "usr/share/doc/keyturn/copyright",
            "usr/share/doc/keyturn/changelog.gz", "usr/share/doc/keyturn/Package.resolved",
            "usr/share/doc/keyturn/schema/openapi.yaml", "usr/bin/keyturn-tour", "usr/share/keyturn/tour/console",
            "usr/share/keyturn/tour/console.d/api.py",
        ]
        #expect(names.isSuperset(of: expected), "\(Set(expected).subtracting(names))")
        let units = try FileManager.default.contentsOfDirectory(atPath: root + "/scripts/systemd")
            .filter { !$0.hasSuffix(".conf") }
        #expect(names.isSuperset(of: units.map { "usr/lib/systemd/system/" + $0 }) && !units.isEmpty)
        #expect(!names.contains { $0.hasPrefix("etc/") || $0.hasPrefix("var/") }, "those are the operator's")
        #expect(
            !names.contains { $0.hasSuffix(".so") || $0.contains(".so.") || $0.contains("Faulty") },
            "nothing that could be preloaded")
        #expect(names.contains("usr/share/keyturn/keyturn-pingfederate.jar") == Connector.isThere)
    }

    /// Each program tells its version; with git, the commit that was written into it as well.
    private static func expectVersions(in tree: String, ask: (String) throws -> String) throws {
        for program in ["keyturn", "keyturnd", "zoom-sandbox"] {
            let said = try ask("\(tree)/usr/bin/\(program)")
            let plain = try ask("\(Programs.ofTheTests)/\(program)")
            #expect(
                plain.wholeMatch(of: /[a-z-]+ \d+\.\d+\.\d+\n/) != nil && plain.hasPrefix(program + " "), "\(plain)")
            let commit =
                FileManager.default.fileExists(atPath: root + "/.git") ? #/ \([0-9a-f]{12}(, changed)?\)/# : nil
            #expect(said.hasPrefix(plain.dropLast()), "\(said)")
            if let commit {
                #expect(said.dropFirst(plain.count - 1).dropLast().wholeMatch(of: commit) != nil, "\(said)")
            }
        }
    }

    /// The example has every setting, commented out; with those that have a default in force, the daemon takes it.
    private static func expectAnExample(_ path: String, in world: World) throws {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let settings = lines.filter { $0.hasPrefix("#") && !$0.hasPrefix("# ") }
        #expect(settings.count >= 19 && lines.allSatisfy { $0.hasPrefix("#") })
        let set = settings.filter { !$0.hasSuffix(":") }.map { $0.dropFirst() + "\n" }.joined()
        #expect(set.contains("log.level: info\n") && set.contains("agent.mode: 0666\n"))
        try set.write(toFile: world.configuration, atomically: true, encoding: .utf8)
        try world.initialise()
        try world.start()
    }
}

private enum Packaging {
    static let isPossible = ["dpkg-deb", "dpkg-shlibdeps", "mandoc", "strip", "git"].allSatisfy(Programs.isOnThePath)
    static let why: Comment = "dpkg's tools or mandoc are not here"
}
