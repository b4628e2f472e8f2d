import Foundation
import Glibc
import TestSupport
import Testing

@testable import PushTargets

@Suite struct LogTailTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("log")
    }

    private func append(_ text: String) throws {
        let file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        let bytes = Array(text.utf8)
        try #require(unsafe write(file, bytes, bytes.count) == bytes.count)
    }

    @Test func `lines come once, whole, and none that was there before`() throws {
        try append("old\n")
        let tail = LogTail(path: path)
        #expect(try tail.lines(longest: 100).isEmpty)
        try append("one\ntw")
        #expect(try tail.lines(longest: 100) == ["one"])
        try append("o\n\nfour\n")
        #expect(try tail.lines(longest: 100) == ["two", "", "four"])
        #expect(try tail.lines(longest: 100).isEmpty)
    }

    @Test func `a file that was renamed is read to its end, and then the new one`() throws {
        try append("old\n")
        let tail = LogTail(path: path)
        _ = try tail.lines(longest: 100)
        try append("last\n")
        try #require(unsafe rename(path, path + ".1") == 0)
        try append("first\n")
        #expect(try tail.lines(longest: 100) == ["last", "first"])
    }

    @Test func `a file that was cut is read from its beginning`() throws {
        try append("something long\n")
        let tail = LogTail(path: path)
        _ = try tail.lines(longest: 100)
        try #require(unsafe truncate(path, 0) == 0)
        try append("new\n")
        #expect(try tail.lines(longest: 100) == ["new"])
    }

    @Test func `a file that comes later is read whole; without one, that is said`() throws {
        let tail = LogTail(path: path)
        #expect(throws: LogTail.Trouble(reason: "no such file or directory")) { try tail.lines(longest: 100) }
        try append("first\n")
        #expect(try tail.lines(longest: 100) == ["first"])
        #expect(throws: LogTail.Trouble(reason: "it is not a regular file")) {
            try LogTail(path: directory.path).lines(longest: 100)
        }
    }

    @Test func `a path that is no file is not even opened`() throws {
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let watch = inotify_init1(O_NONBLOCK)
        try #require(watch >= 0)
        defer { close(watch) }
        try #require(unsafe inotify_add_watch(watch, path, UInt32(IN_OPEN)) >= 0)
        #expect(throws: LogTail.Trouble(reason: "it is not a regular file")) {
            try LogTail(path: path).lines(longest: 10)
        }
        var event: UInt64 = 0
        #expect(unsafe read(watch, &event, 8) == -1 && errno == EAGAIN)
    }

    @Test func `of many lines the newest count, and of a long line the beginning`() throws {
        try append("")
        let tail = LogTail(path: path)
        _ = try tail.lines(longest: 10)
        try append(String(repeating: "x", count: LogTail.most) + "\nnewest\n")
        let lines = try tail.lines(longest: 10)
        #expect(lines == ["xxxxxxxxxx", "newest"])
        try append(String(repeating: "y", count: 50))
        try #expect(tail.lines(longest: 10).isEmpty)
        try append("yy\nz\n")
        #expect(try tail.lines(longest: 10) == ["yyyyyyyyyy", "z"])
    }
}
