import Foundation

/// Where the programs under test are: `KEYTURN_BIN`, else beside the tests themselves.
enum Programs {
    static let keyturnd = path("keyturnd")
    static let keyturn = path("keyturn")
    static let sandbox = path("zoom-sandbox")

    private static let directory: String =
        ProcessInfo.processInfo.environment["KEYTURN_BIN"]
        ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

    private static func path(_ name: String) -> String { directory + "/" + name }
}

/// Something that the tests themselves could not do.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
