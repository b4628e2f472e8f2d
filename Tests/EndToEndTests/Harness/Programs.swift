import Foundation

/// Where the programs under test are: `KEYTURN_BIN`, else beside the tests themselves.
enum Programs {
    static let keyturnd = path("keyturnd")
    static let keyturn = path("keyturn")
    static let sandbox = path("zoom-sandbox")

    private static let directory: String = ProcessInfo.processInfo.environment["KEYTURN_BIN"] ?? ofTheTests

    /// Where the tests themselves were built.
    static let ofTheTests =
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

    private static func path(_ name: String) -> String { directory + "/" + name }

    static func isOnThePath(_ name: String) -> Bool {
        ["/usr/local/bin", "/usr/bin", "/bin"].contains {
            FileManager.default.isExecutableFile(atPath: $0 + "/" + name)
        }
    }
}

/// Something that the tests themselves could not do.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
