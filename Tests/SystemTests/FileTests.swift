import Glibc
import SecretMemory
import System
import Testing

/// A directory of its own for each test.
private struct Place: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/keyturn-system-XXXXXX".utf8CString)
        path = unsafe String(cString: try #require(unsafe mkdtemp(&template)))
    }

    deinit {
        for name in (try? Files.names(in: path)) ?? [] { unsafe unlink(path + "/" + name) }
        unsafe rmdir(path)
    }

    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws -> String {
        let file = path + "/" + name
        try Files.create(file, mode: mode, containing: unsafe Array(text.utf8).span.bytes)
        return file
    }
}

private func code(_ body: () throws -> Void) -> CInt? {
    do { try body() } catch { return (error as? SystemError)?.code }
    return nil
}

@Suite struct FileTests {
    @Test func `a link is refused, unless the name is an operator's`() throws {
        let place = try Place()
        let file = try place.write("content", to: "file")
        let link = place.path + "/link"
        try #require(unsafe symlink(file, link) == 0)
        #expect(code { _ = try File(reading: link) } == ELOOP)
        #expect(code { _ = try File(overwriting: link) } == ELOOP)
        #expect(code { _ = try File(lockFile: link) } == ELOOP)
        #expect(code { _ = try File(creating: link) } == EEXIST)
        #expect(try File(reading: link, followsLinks: true).read(most: 100) == Array("content".utf8))
    }

    @Test func `opening a pipe without a writer returns at once, and it is not a regular file`() throws {
        let place = try Place()
        let pipe = place.path + "/pipe"
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        let file = try File(reading: pipe)
        #expect(!(try file.status().isRegularFile))
        #expect(throws: PrivateFile.Refusal.notAFile) { _ = try PrivateFile.read(pipe, sizes: 0...10) }
    }

    @Test func `a file is closed in programs that are started`() throws {
        let place = try Place()
        let file = try File(creating: place.path + "/file")
        #expect(fcntl(file.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func `reading ends at the limit or the end, and a secret is never short`() throws {
        let place = try Place()
        let path = try place.write("0123456789", to: "file")
        #expect(try File(reading: path).read(most: 4) == Array("0123".utf8))
        #expect(try File(reading: path).read(most: 40).count == 10)
        #expect(try File(reading: path).read(secret: 10).withSpan { $0.array } == Array("0123456789".utf8))
        #expect(code { _ = try File(reading: path).read(secret: 11) } == EIO)
    }

    @Test func `one process at a time has a lock`() throws {
        let place = try Place()
        let first = try File(lockFile: place.path + "/lock")
        let second = try File(lockFile: place.path + "/lock")
        #expect(try first.lock())
        #expect(try !second.lock())
    }
}

@Suite struct FilesTests {
    @Test func `a file is created once, with its mode`() throws {
        let place = try Place()
        let path = try place.write("a", to: "file", mode: 0o400)
        #expect(code { _ = try place.write("b", to: "file") } == EEXIST)
        #expect(try File(reading: path).status().st_mode & 0o7777 == 0o400)
        #expect(try File(reading: path).read(most: 9) == Array("a".utf8))
    }

    @Test func `a replaced file has the new content, and no draft is left`() throws {
        let place = try Place()
        let path = try place.write("old", to: "file")
        _ = try place.write("left by a killed process", to: "file.new")
        try Files.replace(path, with: unsafe Array("new".utf8).span.bytes)
        #expect(try File(reading: path).read(most: 9) == Array("new".utf8))
        #expect(try Files.names(in: place.path) == ["file"])
    }

    @Test func `a file that cannot be replaced stays`() throws {
        let place = try Place()
        let path = place.path + "/directory"
        try #require(unsafe mkdir(path, 0o700) == 0)
        #expect(code { try Files.replace(path, with: unsafe Array("new".utf8).span.bytes) } == EISDIR)
        #expect(try Files.names(in: place.path) == ["directory"])
        unsafe rmdir(path)
    }

    @Test(arguments: [("a/b", "a"), ("/", "/"), ("/tmp", "/"), ("a", ".")])
    func `the name of any path can be synced`(path: String, parent: String) throws {
        if unsafe access(parent, F_OK) == 0 {
            try Files.syncName(of: path)
        } else {
            #expect(code { try Files.syncName(of: path) } == ENOENT)
        }
    }
}

@Suite struct PrivateFileTests {
    @Test func `a file that others can read, or of another size, is refused`() throws {
        let place = try Place()
        let path = try place.write("0123456789", to: "file")
        #expect(try PrivateFile.read(path, sizes: 1...10).count == 10)
        #expect(throws: PrivateFile.Refusal.size(10)) { _ = try PrivateFile.read(path, sizes: 11...20) }
        try #require(unsafe chmod(path, 0o640) == 0)
        #expect(throws: PrivateFile.Refusal.open) { _ = try PrivateFile.read(path, sizes: 1...10) }
        #expect(try PrivateFile.read(path, sizes: 1...10, forbidden: 0o007).count == 10)
    }
}
