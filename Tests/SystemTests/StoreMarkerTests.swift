import Foundation
import System
import Testing

/// The file by which a database knows a host.
@Suite struct StoreMarkerTests {
    @Test func `it keeps its name whatever place it names, and nobody else reads it`() throws {
        let directory = NSTemporaryDirectory() + "keyturn-marker-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(StoreMarker(in: directory) == nil)
        let first = try StoreMarker.write("database one at a:1", in: directory)
        #expect(StoreMarker(in: directory) == first && first.place == "database one at a:1")
        let second = try StoreMarker.write("database two at b:2", in: directory)
        #expect(second.id == first.id && second.node == first.node && second.place == "database two at b:2")
        #expect(StoreMarker(in: directory) == second)
        let mode = try FileManager.default.attributesOfItem(atPath: StoreMarker.path(in: directory))[.posixPermissions]
        #expect(mode as? Int == 0o600)
        for text in ["", "short\nplace\n", String(repeating: "g", count: 32) + "\nplace\n"] {
            try Data(text.utf8).write(to: URL(filePath: StoreMarker.path(in: directory)))
            #expect(StoreMarker(in: directory) == nil, "\(text)")
        }
        #expect(try StoreMarker.write("x", in: directory).node != first.node)
    }
}
