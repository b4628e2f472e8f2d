import Foundation
import Testing

/// The plug-in for PingFederate and the programs that test it, built beside the tests themselves.
struct Connector: Sendable {
    static let source = URL(filePath: #filePath).appending(path: "../../../../connectors/pingfederate").standardized
        .path
    static let isThere = Programs.isOnThePath("javac")
    static let why: Comment = "there is no JDK"

    /// Types of PingFederate's as they could be instead.
    enum Variant: String {
        /// Two take or return something else.
        case other = "variant"
        /// Fields take no validators.
        case bare
        /// There are no validators at all.
        case without
    }

    let directory: String
    var jar: String { directory + "/plugin.jar" }
    /// Declarations of PingFederate's types as they are documented.
    var ping: String { directory + "/ping" }

    private static let shared = Result { try Connector(Programs.ofTheTests + "/connector") }
    static var built: Connector { get throws { try shared.get() } }

    /// - Parameter directory: for all that is built, and emptied before.
    private init(_ directory: String) throws {
        self.directory = directory
        try? FileManager.default.removeItem(atPath: directory)
        let runner = try Runner(directory: directory, environment: Self.environment)
        try Self.must(runner, Self.source + "/build", [directory + "/plugin.jar"])
        func compile(_ folder: String, release: Int, against path: [String]) throws {
            let files = FileManager.default.enumerator(atPath: Self.source + "/" + folder)?
                .compactMap { $0 as? String }.filter { $0.hasSuffix(".java") }.sorted()
            let names = (files ?? []).map { "\(Self.source)/\(folder)/\($0)" }
            let to = directory + "/" + String(folder.split(separator: "/").last ?? "")
            try Self.must(
                runner, "javac",
                ["--release", "\(release)", "-encoding", "UTF-8", "-Xlint:all,-try", "-Werror", "-d", to]
                    + (path.isEmpty ? [] : ["-cp", path.joined(separator: ":")]) + names)
        }
        try compile("ping", release: 11, against: [])
        try compile("test/driver", release: 11, against: [ping, jar])
        try compile("test/variant", release: 11, against: [ping])
        try compile("test/bare", release: 11, against: [ping])
        try compile("test/answers", release: Java.least, against: [jar])
        try FileManager.default.copyItem(atPath: ping, toPath: directory + "/without")
        try FileManager.default.removeItem(atPath: directory + "/without/org/sourceid/saml20/adapter/gui/validation")
    }

    /// Builds the jar alone, by another JDK than the one of the PATH.
    static func build(_ jar: String, by java: Java, with runner: Runner) throws {
        try must(
            runner, "/usr/bin/env",
            environment.merging(["JAVA_HOME": java.home]) { $1 }.map { "\($0)=\($1)" } + [source + "/build", jar])
    }

    private static func must(_ runner: Runner, _ program: String, _ arguments: [String]) throws {
        let outcome = try runner.run(program, arguments)
        guard outcome.exit == 0 else { throw HarnessError("\(program): \(outcome.output)\(outcome.errors)") }
    }

    /// Where the driver's classes are found.
    /// - Parameter jar: another one than that which is built here.
    func path(_ variant: Variant? = nil, jar: String? = nil) -> [String] {
        let types =
            switch variant {
            case nil: [ping]
            case .without: [directory + "/without"]
            case let variant?: [directory + "/" + variant.rawValue, ping]
            }
        return types + [jar ?? self.jar, directory + "/driver"]
    }

    private static let environment = [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "KEYTURN_WARNINGS": "error",
    ]

    /// What starts a Java program of the tests.
    func words(_ program: String, _ path: [String], _ arguments: [String], java: Java) -> [String] {
        [java.program, "-Xmx256m", "-XX:+UseSerialGC", "-cp", path.joined(separator: ":"), program] + arguments
    }
}

extension World {
    /// Does with the plug-in what PingFederate would, and returns what that came to, line by line.
    func plugin(
        _ arguments: String..., socket: String? = nil, connect: String = "", read: String = "",
        variant: Connector.Variant? = nil, on java: Java
    ) throws -> [String] {
        let connector = try Connector.built
        let words = connector.words(
            "keyturn.test.Driver", connector.path(variant), [socket ?? agent, connect, read] + arguments, java: java)
        let outcome = try runner.run(words[0], Array(words.dropFirst()))
        guard outcome.exit == 0 else { throw HarnessError("the driver of the plug-in: \(outcome)") }
        return outcome.output.split(separator: "\n").map(String.init)
    }
}
