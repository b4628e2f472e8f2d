import Foundation
import Testing

/// A Java of this machine.
struct Java: Hashable, CustomTestStringConvertible {
    /// The first with Unix sockets.
    static let least = 16

    let home: String
    let version: Int

    var program: String { home + "/bin/java" }
    var hasCompiler: Bool { FileManager.default.isExecutableFile(atPath: home + "/bin/javac") }
    var testDescription: String { "Java \(version) in \(home)" }

    /// Each once: those of `/usr/lib/jvm`, of the PATH and of `JAVA_HOME`, and what `KEYTURN_OLD_JAVA` names.
    static let all: [Java] = {
        let environment = ProcessInfo.processInfo.environment
        let jvm = "/usr/lib/jvm"
        var programs = ((try? Files.names(jvm)) ?? []).map { "\(jvm)/\($0)/bin/java" }
        programs += (environment["PATH"] ?? "/usr/bin").split(separator: ":").map { $0 + "/java" }
        programs += environment["JAVA_HOME"].map { [$0 + "/bin/java"] } ?? []
        programs += environment["KEYTURN_OLD_JAVA"].map { [$0] } ?? []
        let homes = Set(programs.compactMap(home))
        return homes.compactMap { home in version(home).map { Java(home: home, version: $0) } }
            .sorted { ($0.version, $0.home) < ($1.version, $1.home) }
    }()

    static let fit = all.filter { $0.version >= least }
    /// For what the plug-in does alike on each of them.
    static let newest = Array(fit.suffix(1))
    /// Those that load the jar, which is for Java 11, and can open no socket.
    static let old = all.filter { 11..<least ~= $0.version }

    private static func home(_ program: String) -> String? {
        guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
        let file = URL(filePath: program).resolvingSymlinksInPath()
        return file.deletingLastPathComponent().deletingLastPathComponent().path
    }

    /// 17 of `JAVA_VERSION="17.0.15"`.
    private static func version(_ home: String) -> Int? {
        let text = try? String(contentsOfFile: home + "/release", encoding: .utf8)
        return text?.firstMatch(of: /JAVA_VERSION="(?:1\.)?(\d+)/).flatMap { Int($0.1) }
    }
}
