import Foundation
import Testing

/// `schema/audit.schema.json`, held against the log of a daemon that did a bit of everything.
@Suite(.realProcesses) struct AuditSchemaTests {
    private static let schema = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "schema/audit.schema.json").path

    /// With jsonschema where python3 has it. Otherwise the parts of the schema that need no library: which members there
    /// are, which must be, their types, patterns and values.
    private static let check = #"""
        import json, re, sys
        schema = json.load(open(sys.argv[1]))
        lines = [json.loads(line) for path in sys.argv[2:] for line in open(path)]
        try:
            import jsonschema
            validator = jsonschema.Draft202012Validator(schema)
            jsonschema.Draft202012Validator.check_schema(schema)
            faults = lambda line: [error.message for error in validator.iter_errors(line)]
        except ImportError:
            types = {"string": str, "integer": int}
            def faults(line):
                found = [f"{name} is missing" for name in schema["required"] if name not in line]
                for name, value in line.items():
                    rule = schema["properties"].get(name)
                    if rule is None:
                        found.append(f"{name} is unknown")
                        continue
                    rule = {**rule, **schema["$defs"].get(rule.get("$ref", "").split("/")[-1], {})}
                    if "type" in rule and type(value) is not types[rule["type"]]: found.append(f"{name}: {value!r}")
                    elif "enum" in rule and value not in rule["enum"]: found.append(f"{name}: {value!r}")
                    elif "const" in rule and value != rule["const"]: found.append(f"{name}: {value!r}")
                    elif "pattern" in rule and not re.search(rule["pattern"], value): found.append(f"{name}: {value!r}")
                    elif value < rule.get("minimum", value): found.append(f"{name}: {value!r}")
                return found
        bad = [(line, faults(line)) for line in lines if faults(line)]
        for line, why in bad: print(json.dumps(line), why, file=sys.stderr)
        print(" ".join(sorted({line["action"] for line in lines})))
        sys.exit(1 if bad else 0)
        """#

    @Test func `each line of a long day matches the schema`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            for path in [
                "/v1/apps/zoom-prod/credentials", "/v1/apps/zoom-prod/credentials/client_id",
                "/v1/apps/zoom-prod/token",
                "/v1/apps/nothing/credentials", "/v1/apps/zoom-prod/token?min_ttl=86400",
            ] {
                _ = try world.get(path)
            }
            for deed in ["ack", "rejected"] { _ = try world.post("/v1/apps/zoom-prod/\(deed)", #"{"generation":1}"#) }
            try world.must("app", "verify", "zoom-prod")
            try world.must("app", "set", "zoom-prod", "--overlap", "2h")
            try world.must("token", "zoom-prod", "--reveal")
            try world.must("rotate", "zoom-prod", "--overlap", "1h")
            _ = try world.keyturn("rotate", "zoom-prod")
            try world.must("rotate", "--due")
            _ = try world.keyturn("rotation", "abort", "no-such-rotation")
            _ = try world.keyturn("client", "remove", "nobody", "--yes")
            _ = try world.ask("POST", "/v1/apps", body: "{}")
            try world.must("lock")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: recovery).exit == 0)
            try world.stop()
            let file = world.auditDirectory + "/audit-00000001.jsonl"
            let outcome = try world.runner.run("python3", ["-c", Self.check, Self.schema, file])
            #expect(outcome.exit == 0, "\(outcome)")
            let actions = Set(outcome.output.split(whereSeparator: \.isWhitespace).map(String.init))
            #expect(
                actions.isSuperset(of: [
                    "app.add", "app.set", "app.verify", "client.add", "client.remove", "credentials.ack",
                    "credentials.field", "credentials.get", "credentials.rejected", "log.begin", "rotation.abort",
                    "rotation.current", "rotation.draining", "rotation.rotate", "rotation.rotate_due", "token.get",
                    "token.mint", "token.reveal", "vault.lock", "vault.unlock",
                ]), "\(actions)")

            // Else nothing would have been looked at.
            let wrong = world.directory + "/wrong.jsonl"
            let first = try #require(try world.audit.texts.first)
            for (old, new) in [("\"seq\":1", "\"seq\":\"1\""), ("log.begin", "log.began"), ("\"mac\"", "\"mac2\"")] {
                try Data((first.replacing(old, with: new) + "\n").utf8).write(to: URL(filePath: wrong))
                #expect(try world.runner.run("python3", ["-c", Self.check, Self.schema, wrong]).exit == 1, "\(new)")
            }
        }
    }
}
