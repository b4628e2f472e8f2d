"""Checks the daemon's answers against schema/openapi.yaml.

    answers.py SOCKET
    answers.py --examples

Daemons with Tests/AnswerTap preloaded report the traffic of their connections to SOCKET. Each line of standard input is the
state directory of a daemon. When that daemon has ended, a line of standard output lists, as JSON, how its answers differ from
the description. Nothing is written elsewhere, and of an answer only its status and code are repeated.

With --examples: prints the operations of the description that lack an example of a request or a successful answer, or have
one that is invalid by its own schema.
"""

import atexit
import collections
import json
import re
import shutil
import socket
import struct
import sys
import threading
from pathlib import Path

import jsonschema
import yaml

OPENED, CAME, LEFT, CLOSED = range(4)
METHODS = ("get", "post", "put", "patch", "delete", "head")


class Description:
    def __init__(self, path):
        self.document = yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.resolver = jsonschema.RefResolver("", self.document)
        self.validators, self.known = {}, {}
        self.operations = [
            (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path, operation)
            for path, item in self.document["paths"].items() for method, operation in item.items() if method in METHODS
        ]

    def resolve(self, thing):
        while isinstance(thing, dict) and "$ref" in thing:
            thing = self.resolver.resolve(thing["$ref"])[1]
        return thing

    def validator(self, schema):
        key = id(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        return self.validators[key]

    def find(self, method, target):
        path = re.sub("^https?://[^/?]*", "", target.partition("?")[0], flags=re.IGNORECASE)
        # Over loopback there is only this one socket, without the prefix.
        path = "/v1/metrics" if path == "/metrics" else path
        method = "GET" if method == "HEAD" else method
        # A path without parameters takes precedence over one with parameters.
        fitting = [one for one in self.operations if one[0] == method and one[1].fullmatch(path)]
        return min(fitting, key=lambda one: one[2].count("{"), default=None)

    def unlike(self, method, target, status, fields, body):
        """The differences from the description: members and kinds, no values."""
        found = [] if fields.get("cache-control") == "no-store" else ["no Cache-Control: no-store"]
        kind = fields.get("content-type", "")
        operation = self.find(method, target)
        if operation is None:
            if status < 400:
                return found + ["the description has no such request"]
            answer = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        else:
            responses = operation[3]["responses"]
            answer = responses.get(str(status)) or (responses.get("default") if status >= 400 else None)
            if answer is None:
                return found + ["a status that the description does not have"]
        answer = self.resolve(answer)
        for name, field in (answer.get("headers") or {}).items():
            field = self.resolve(field)
            value = fields.get(name.lower())
            if value is None:
                found += [f"no {name}"] if field.get("required") else []
            elif self.resolve(field["schema"]).get("type") == "integer":
                found += [] if value.isdigit() else [f"{name} is no number"]
            else:
                found += [f"{name}: {error.validator}" for error in self.validator(field["schema"]).iter_errors(value)]
        content = answer.get("content")
        if not content or method == "HEAD":
            return found + (["a body"] if body else [])
        if kind not in content:
            return found + [f"Content-Type {kind!r}"]
        if "json" not in kind:
            return found
        try:
            document = json.loads(body)
        except ValueError:
            return found + ["no JSON"]
        errors = list(self.validator(content[kind]["schema"]).iter_errors(document))
        if errors and status >= 400 and operation is not None and isinstance(document, dict):
            # Refusals that any request may get are under `default`.
            other = self.resolve(operation[3]["responses"].get("default", {})).get("content", {}).get(kind)
            if other:
                errors = list(self.validator(other["schema"]).iter_errors(document))
        return found + [
            "/".join(map(str, error.absolute_path)) + f": {error.validator} {json.dumps(error.validator_value)[:160]}"
            for error in errors[:5]
        ]

    def examples(self):
        for method, _, path, operation in self.operations:
            parts = [("request", operation.get("requestBody"))]
            parts += [(status, answer) for status, answer in operation["responses"].items() if status.startswith("2")]
            for what, part in parts:
                for kind, media in ((self.resolve(part) or {}).get("content") or {}).items():
                    if "example" not in media:
                        yield f"{method} {path} {what} {kind}: no example"
                        continue
                    for error in self.validator(media["schema"]).iter_errors(media["example"]):
                        yield f"{method} {path} {what} example: {error.message[:200]}"

    def judge(self, method, target, status, fields, body):
        key = (method, self.find(method, target) and self.find(method, target)[2], status, tuple(sorted(fields.items())), body)
        if key not in self.known:
            if len(self.known) > 20_000:
                self.known.clear()
            self.known[key] = self.unlike(method, target, status, fields, body)
        return self.known[key]


def unchunked(data):
    """The body of a chunked message and the position of its end; None while it is incomplete."""
    body, at = b"", 0
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(data[at:end].split(b";")[0], 16)
        if len(data) < end + 2 + size + 2:
            return None
        body, at = body + data[end + 2:end + 2 + size], end + 2 + size + 2
        if size == 0:
            return body, at


def head_of(data):
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    fields = {}
    for line in lines:
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    return first, fields, end + 4


class Connection:
    """The traffic of one connection."""

    def __init__(self):
        self.came, self.left = bytearray(), bytearray()

    def requests(self):
        data, at = bytes(self.came), 0
        while found := head_of(data[at:]):
            first, fields, size = found
            words = first.split(" ")
            yield (words[0], words[1]) if len(words) == 3 else ("", "")
            at += size
            if "chunked" in fields.get("transfer-encoding", ""):
                try:
                    chunked = unchunked(data[at:])
                except ValueError:
                    chunked = None
                if chunked is None:
                    break  # incomplete or malformed: refused
                at += chunked[1]
            else:
                length = fields.get("content-length", "0")
                at += int(length) if length.isdigit() else 0
        yield "", ""  # an invalid request, which may be refused

    def answers(self):
        data, at, requests = bytes(self.left), 0, self.requests()
        while found := head_of(data[at:]):
            first, fields, size = found
            status = int(first.split(" ")[1])
            at += size
            if status < 200:
                continue  # the answer is still to come
            method, target = next(requests, ("", ""))
            if method == "HEAD" or status in (204, 304):
                body = b""
            elif "chunked" in fields.get("transfer-encoding", ""):
                chunked = unchunked(data[at:])
                body, length = chunked or (data[at:], len(data) - at)
                at += length
            elif "content-length" in fields:
                length = int(fields["content-length"])
                body = data[at:at + length]
                if len(body) < length:
                    return  # the daemon or its client was killed meanwhile
                at += length
            else:
                body, at = data[at:], len(data)
            yield method, target, status, fields, body


class Daemon:
    def __init__(self):
        self.open, self.done = {}, []

    def take(self, message):
        what, descriptor = struct.unpack("=II", message[:8])
        if what == OPENED:
            self.finish(descriptor)
            self.open[descriptor] = Connection()
        elif descriptor in self.open:
            if what == CAME:
                self.open[descriptor].came += message[8:]
            elif what == LEFT:
                self.open[descriptor].left += message[8:]
            else:
                self.finish(descriptor)

    def finish(self, descriptor):
        if descriptor in self.open:
            self.done.append(self.open.pop(descriptor))

    def finish_all(self):
        for descriptor in list(self.open):
            self.finish(descriptor)


class Tap:
    def __init__(self, path):
        self.daemons = collections.defaultdict(list)
        self.running = collections.Counter()
        self.change = threading.Condition()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection = self.listener.accept()[0]
            threading.Thread(target=self.follow, args=[connection], daemon=True).start()

    def follow(self, connection):
        state = connection.recv(4096).decode()
        daemon = Daemon()
        with self.change:
            self.daemons[state].append(daemon)
            self.running[state] += 1
        try:
            while message := connection.recv(1 << 17):
                daemon.take(message)
        except OSError:
            pass
        daemon.finish_all()
        with self.change:
            self.running[state] -= 1
            self.change.notify_all()

    def ended(self, state):
        """The daemons of a state directory, once they have ended."""
        with self.change:
            self.change.wait_for(lambda: not self.running[state], timeout=10)
            return self.daemons.pop(state, [])


def main():
    root = Path(__file__).resolve().parents[2]
    description = Description(root / "schema/openapi.yaml")
    if sys.argv[1] == "--examples":
        print("\n".join(description.examples()))
        return
    tap = Tap(sys.argv[1])
    atexit.register(shutil.rmtree, Path(sys.argv[1]).parent, ignore_errors=True)
    print("ready", flush=True)
    for line in sys.stdin:
        found, count = collections.Counter(), 0
        for daemon in tap.ended(line.strip()):
            for connection in daemon.done:
                for method, target, status, fields, body in connection.answers():
                    count += 1
                    for fault in description.judge(method, target, status, fields, body):
                        code = re.search(rb'"code":"([a-z_]+)"', body) if status >= 400 else None
                        code = " " + code[1].decode() if code else ""
                        found[f"{method} {target.partition('?')[0]} {status}{code}: {fault}"] += 1
        print(json.dumps({"answers": count, "faults": list(found)}), flush=True)


main()
