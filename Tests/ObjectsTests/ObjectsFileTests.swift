import Domain
import SecretJSON
import SocketAPI
import TestSupport
import Testing
import YAML

@testable import Objects

/// Objects as a file: strictly read, and written so that they are read as the same.
@Suite struct ObjectsFileTests {
    @Test(arguments: 0..<300)
    func `what is written is read as the same, and written as the same again`(seed: UInt64) throws {
        var dice = Dice(seed)
        let objects = dice.objects()
        let text = ObjectsFile.text(of: objects)
        let read = try ObjectsFile.objects(in: text)
        #expect(read == objects, "\(text)")
        #expect(ObjectsFile.text(of: read) == text)
        let lines = text.split(separator: "\n").drop { $0.hasPrefix("#") }
        #expect(
            !lines.contains { $0.drop { $0 == " " }.hasPrefix("# ") }, "a comment that is not at the head"
        )
    }

    @Test(arguments: 0..<100)
    func `the document of the socket is read as the same`(seed: UInt64) throws {
        var dice = Dice(seed)
        let objects = dice.objects()
        #expect(try ObjectsDocument(parsing: objects.render(), values: 100_000) == objects)
    }

    private static let head = "version: 1\n"
    private static let app = "apps:\n  a:\n    account_id: x\n    client_id: y\n"

    @Test(
        arguments: [
            ("", nil, "is empty", "keyturn export"),
            ("apps: {}\n", 1, "does not say its version", "version: 1"),
            ("version: 2\n", 1, "has version 2", nil),
            ("version: 1\napp: {}\n", 2, "the unknown key 'app'", "apps"),
            (
                head + app + "    rotaton:\n      every: 30d\n", 6, "app 'a' has the unknown key 'rotaton'",
                "rotation"
            ),
            (
                head + app + "    rotation:\n      evry: 30d\n", 7,
                "rotation of app 'a' has the unknown key 'evry'", "every"
            ),
            (head + app + "    rotation:\n      every: soon\n", 7, "every: 'soon' ", "write it like 30d"),
            (head + app + "    rotation:\n      paused: yes\n", 7, "paused is not true or false", nil),
            (head + app + "    labels: {Env: x}\n", 6, "has a label that is none", "KEY=VALUE"),
            (
                head + app + "    environment: mars\n", 6, "environment is not government or commercial",
                nil
            ),
            (head + "apps:\n  A: {}\n", 3, "'A' is not a name for an app", nil),
            (head + "apps:\n  a: {client_id: y}\n", 3, "app 'a' has no account_id", nil),
            (head + "apps: []\n", 2, "apps is not a mapping", nil),
            (head + "apps: {}\napps: {}\n", 3, "has the key apps twice", nil),
            (head + "apps: &x {}\n", 2, "has an anchor", nil),
            (head + "apps: [\n", nil, "is not valid YAML", nil),
            (
                head + "clients:\n  c:\n    uid: x\n    allow: {a: [token]}\n", 4, "uid is not a number",
                nil
            ),
            (
                head + "clients:\n  c:\n    uid: 1\n    allow: {a: [all]}\n", 5, "a permission that is not",
                nil
            ),
            (
                head + "clients:\n  c:\n    uid: 1\n    allow: {A: [token]}\n", 5,
                "no app's name and not '*'", nil
            ),
            (
                head
                    + "targets:\n  t: {kind: pingfederate, app: a, admin_url: u, connection: c, login: basic}\n",
                3,
                "target 't' has no user", nil
            ),
            (
                head
                    + "targets:\n  t: {kind: pingfederate, app: a, admin_url: u, connection: c, login: basic, user: u, scope: s}\n",
                3, "the login basic has no scope", nil
            ),
        ] as [(String, Int?, String, String?)])
    func `what cannot be is refused with its line`(
        _ text: String, _ line: Int?, _ words: String, _ hint: String?
    ) throws {
        do {
            let objects = try ObjectsFile.objects(in: text)
            Issue.record("\(text) was read as \(objects)")
        } catch {
            #expect(error.advice.detail.contains(words), "\(error)")
            if let line { #expect(error.line == line, "\(error)") }
            if let hint { #expect(error.advice.hint?.contains(hint) == true, "\(error)") }
        }
    }

    @Test func `numbers, truths and marks are quoted where they are texts`() {
        for text in [
            "", "true", "no", "Null", "1", "1e5", "0x1F", "2026-11-30", "1:30", "-", "- a", "a: b",
            "a #b", "'", "\"",
            " a", "a ", "*", "&a", "!a", "{", "[", "%", "\t", "é\u{0}", "~", "a\nb",
        ] {
            #expect(YAMLWriter.scalar(text).hasPrefix("\""), "\(text)")
        }
        for text in ["a", "zoom-prod", "30d", "1d12h", "Europe/Berlin", "a@b.example"] {
            #expect(YAMLWriter.scalar(text) == text)
        }
    }

    @Test func `a change names each value, old and new`() throws {
        var dice = Dice(1)
        var old = try #require(dice.objects(atLeast: 1).apps.first)
        old.profile = AppProfile()
        old.labels = try #require(Labels([Label("env=prod")].compactMap(\.self)))
        old.rotation = AppObject.Rotation()
        var new = old
        new.profile[.owner] = "team"
        new.labels = Labels()
        new.rotation.every = 86_400
        #expect(
            new.changes(from: old) == [
                "labels.env: prod -> none", "owner: none -> team", "rotation.every: none -> 1d",
            ])
        #expect(new.changes(from: new).isEmpty)
    }
}

extension Dice {
    mutating func chance() -> Bool { below(2) == 0 }

    private mutating func name() -> Name {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let rest = Array("abcxyz019._-")
        let text = String(oneOf(letters)) + String((0..<below(12)).map { _ in oneOf(rest) })
        return Name(text) ?? .test("a")
    }

    private mutating func names(_ count: Int) -> [Name] {
        Array(Set((0..<count).map { _ in name() })).sorted()
    }

    private mutating func value() -> String {
        oneOf([
            "x", "1", "true", "-a_B", "*", "a:b", "#", "null", "~", "0x1", "\"q\"", "back\\slash",
            "2026-01-01",
        ])
    }

    private mutating func remark() -> String? {
        chance()
            ? nil
            : oneOf([
                "é & ü", "  spaces  ", "yes", "a: b # c", "'quoted'", "日本", "- x", "\u{1F600}", "30d",
            ])
    }

    mutating func objects(atLeast: Int = 0) -> ObjectsDocument {
        let apps = names(atLeast + below(5))
        return ObjectsDocument(
            apps: apps.map { app($0) }, clients: names(below(4)).map { client($0) },
            targets: names(below(3)).map { target($0) })
    }

    private mutating func app(_ name: Name) -> AppObject {
        var profile = AppProfile()
        for field in AppProfile.Field.allCases { profile[field] = remark() }
        var rotation = AppObject.Rotation()
        if chance() {
            rotation.every = 60 + below(1_000_000)
            rotation.window = oneOf(["", "Sun 02:00-04:00", "Mon-Fri 22:00-06:00; Sat 00:00-24:00"])
            rotation.timeZone = oneOf(["UTC", "Europe/Berlin"])
            rotation.overlap = below(2_505_600)
            rotation.paused = oneOf([nil, true, false])
        }
        return AppObject(
            name: name, accountID: value(), clientID: value(), marketplaceAppID: chance() ? value() : nil,
            environment: oneOf([
                .commercial, .government, .custom(tokenURL: "https://t", apiURL: "https://a"),
            ]),
            profile: profile,
            labels: Labels(
                names(below(4)).compactMap { Label($0, oneOf(["", "x", "1", "true", "A.b-c_9"])) })
                ?? Labels(),
            rotation: rotation)
    }

    private mutating func client(_ name: Name) -> ClientDraft {
        let hasName = chance()
        return ClientDraft(
            name: name, uid: hasName ? nil : below(70_000), user: hasName ? "ping" : nil,
            gid: chance() ? below(9) : nil, unit: chance() ? "a\\x2db.service" : nil,
            exe: chance() ? "/bin/x y" : nil,
            foreign: chance(),
            allow: names(1 + below(3)).map {
                Grant(
                    target: .app($0), permissions: oneOf([[.token], [.credentials], [.token, .credentials]]))
            } + (chance() ? [Grant(target: .any, permissions: [.token])] : [])
        ).normalised
    }

    private mutating func target(_ name: Name) -> TargetObject {
        var target = TargetObject(
            name: name, app: self.name(), adminURL: "https://console:9999", connection: value(),
            fields: TargetFields(
                accountID: remark(), clientID: remark(), clientSecret: remark()),
            login: oneOf([.basic, .clientCredentials, .certificate]),
            replicate: oneOf([.onSave, .full, .none]),
            settle: below(600), bypassesExternalValidation: chance(), restoresDrift: chance())
        switch target.login {
        case .basic: target.user = value()
        case .clientCredentials:
            (target.tokenURL, target.clientID, target.scope) = (
                "https://as/token", value(), chance() ? "a b" : nil
            )
            target.tokenAuthMethod = oneOf([nil, .basic, .post])
        case .certificate: break
        }
        if chance() {
            target.ca = oneOf([
                "-----BEGIN X-----\nabc=\n-----END X-----\n", "one line", "a\n\nb\n", " a\n",
            ])
        }
        if chance() {
            (target.provisionerLog, target.provisionerChannel) = ("/opt/log", chance() ? "7" : nil)
        }
        return target
    }
}
