"""The stand-in's two interfaces: the admin API over TLS, and its controls on a separate port."""

import base64
import http.server
import json
import ssl
import time
import urllib.parse
import urllib.request

import engine
import lists
import oauth
import rawjson
import verbatim

API = "/pf-admin-api/v1"
TOKEN_PATH = "/as/token.oauth2"
USER, PASSWORD = "keyturn", "stand-in-password"


class Cut(Exception):
    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    console = None
    shapes = None  # the shapes that requests and answers are checked against
    documents = {}  # connections that are served byte for byte

    def log_message(self, *words):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError, Cut):
            self.close_connection = True

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

    def say(self, status, value=None, kind="application/json"):
        text = "" if value is None else (value if isinstance(value, str) else json.dumps(value))
        self.judge(status, text)
        text = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status == 302:
            self.send_header("Location", "https://login.example.com/start?state=hidden")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def judge(self, status, text):
        pass

    def refuse(self, status, message, *errors):
        self.say(status, {
            "resultId": "stand_in", "message": message, "developerMessage": message + " (for developers)",
            "validationErrors": [
                {"errorId": "x", "message": error, "developerMessage": error,
                 "fieldPath": "outboundProvision.targetSettings"} for error in errors],
        })

    def tell(self, status, answer):
        """An answer, or the text of an error."""
        return self.refuse(status, answer) if isinstance(answer, str) else self.say(status, answer)


class AdminAPI(Handler):
    def is_held(self):
        """Whether to check the schema. A document may break it on purpose."""
        document = self.documents.get(self.path.split("/")[-1])
        return self.shapes and (document is None or document.is_held_to_schema)

    def judge(self, status, text):
        is_trouble = self.path == TOKEN_PATH and self.console.switches["token_trouble"]
        if self.is_held() and not is_trouble:
            self.shapes.answer(self.command, self.path, status, text)

    def is_known(self):
        kind, _, value = (self.headers.get("Authorization") or "").partition(" ")
        if kind == "Bearer":
            return value in self.console.tokens and not self.console.switches["token_refused"]
        if kind == "Basic":
            password = self.console.switches["password"] or PASSWORD
            return base64.b64decode(value).decode() == f"{USER}:{password}"
        subject = (self.connection.getpeercert() or {}).get("subject", ())
        return (("commonName", "keyturn"),) in subject

    def do_GET(self):
        self.route("GET")

    def do_PUT(self):
        self.route("PUT")

    def do_POST(self):
        self.route("POST")

    def route(self, method):
        text = self.body()
        address = urllib.parse.urlsplit(self.path)
        path = address.path
        with self.console.lock:
            self.console.requests.append({
                "method": method, "path": path, "query": address.query, "time": time.time(),
                "bypass": self.headers.get("X-BypassExternalValidation")})
        if self.is_held():
            self.shapes.request(method, self.path, self.headers, text)
        if path == TOKEN_PATH and method == "POST":
            status, kind, answer = oauth.token(self.console, self.headers.get("Authorization"), text)
            return self.say(status, answer, kind)
        if not path.startswith(API + "/"):
            return self.refuse(404, "no such page")
        if self.headers.get("X-XSRF-Header") != "PingFederate":
            return self.refuse(400, "the X-XSRF-Header is missing")
        if self.console.switches["status"]:
            return self.refuse(self.console.switches["status"], "as a test wants it")
        if not self.is_known():
            return self.refuse(401, "who are you")
        if (text or method == "PUT") and self.headers.get("Content-Type") != "application/json":
            return self.refuse(415, "no JSON")
        parts = path[len(API) + 1:].split("/")
        console = self.console
        if (method, parts) == ("GET", ["version"]):
            return self.say(200, {"version": console.switches["version"]})
        if parts[0] == "cluster":
            with console.lock:
                return self.tell(*console.cluster.answer(method, parts[1:], text))
        if (method, parts) == ("GET", ["idp", "spConnections"]):
            return self.say(200, lists.connections(console, urllib.parse.parse_qs(address.query)))
        if parts[:2] == ["idp", "spConnections"] and len(parts) == 3:
            return self.connection_of(method, urllib.parse.unquote(parts[2]), text)
        if parts[:3] == ["idp", "connectors", "descriptors"] and len(parts) <= 4 and method == "GET":
            return self.tell(*lists.descriptors(console, [urllib.parse.unquote(part) for part in parts[3:]]))
        return self.refuse(404, "no such resource")

    def connection_of(self, method, id, text):
        console = self.console
        with console.lock:
            if id not in console.connections:
                return self.refuse(404, "no such connection")
            if id in self.documents and method in ("GET", "PUT"):
                document = self.documents[id]
                shown = document.text if method == "GET" else document.put(text)
                return self.say(200, shown)
            if method == "GET":
                answer = console.shown(id)
                if console.switches["editors"] > 0:
                    console.switches["editors"] -= 1
                    console.edit(id, Rate="somebody else's")
                return self.say(200, rawjson.write(answer))
        if method != "PUT":
            return self.refuse(405, "no such method")
        end = time.monotonic() + console.switches["delay"]
        while time.monotonic() < end and console.switches["delay"]:
            time.sleep(0.02)
        if console.switches["cut"] == "before":
            raise Cut
        with console.lock:
            try:
                wanted = rawjson.parse(text)
                values = console.values(wanted)
            except (ValueError, KeyError):
                return self.refuse(400, "not a connection")
            new = values.get("OAuth secret") or ""
            is_bypassed = self.headers.get("X-BypassExternalValidation") == "true"
            if console.switches["no_egress"] and wanted.get("active") and not is_bypassed:
                return self.refuse(
                    422, "Validation error(s) occurred.", "Unable to validate the connection: connect timed out")
            if console.switches["reject"]:
                return self.refuse(
                    422, "Validation error(s) occurred.", console.switches["reject"].replace("{value}", new))
            if console.switches["check_url"] and not self.is_taken(values.get("OAuth client"), new):
                return self.refuse(422, "Validation error(s) occurred.", "Zoom does not accept the credentials.")
            try:
                console.store(id, wanted)
            except KeyError:
                return self.refuse(422, "Validation error(s) occurred.", "An encrypted value cannot be decrypted.")
            if console.switches["cut"] == "after":
                raise Cut
            return self.say(200, rawjson.write(console.shown(id)))

    def is_taken(self, client, secret):
        body = json.dumps({"client_id": client, "client_secret": secret}).encode()
        with urllib.request.urlopen(self.console.switches["check_url"], data=body, timeout=10) as answer:
            return json.load(answer)["accepted"]


class Controls(Handler):
    def do_CONNECT(self):
        """The answer to a client that uses it as a proxy."""
        self.say(407)

    def do_GET(self):
        console = self.console
        with console.lock:
            if self.path == "/requests":
                return self.say(200, {"requests": console.requests})
            if self.path == "/violations":
                return self.say(200, {"violations": self.shapes.take() if self.shapes else []})
            if self.path.startswith("/documents/"):
                return self.say(200, {"pushes": self.documents[self.path.split("/")[2]].pushes})
            if self.path.startswith("/connections/"):
                id = self.path.split("/")[2]
                return self.say(200, {
                    "values": console.values(console.connections[id]), "engine": console.values(console.engine[id]),
                    "json": rawjson.write(console.connections[id])})
        return self.say(404, {})

    def do_POST(self):
        text = self.body()
        console = self.console
        if self.path.startswith("/documents/"):
            path, _, query = self.path.partition("?")
            with console.lock:
                self.documents[path.split("/")[2]] = verbatim.Document(
                    text, {field["name"] for field in lists.FIELDS[:3]}, "OAuth secret", query != "unheld")
            return self.say(200, {})
        wanted = json.loads(text or "{}")
        if self.path.startswith("/provision/"):
            with console.lock:
                values = console.values(console.engine[self.path.split("/")[2]])
            return self.say(200, engine.provision(values, wanted["token_url"], wanted["api_url"]))
        with console.lock:
            if self.path == "/switches":
                if not wanted.keys() <= console.switches.keys():
                    return self.say(400, {"unknown": sorted(wanted.keys() - console.switches.keys())})
                console.switches.update(wanted)
                return self.say(200, console.switches)
            if self.path == "/connections/zoom-url/add":
                console.store("zoom-url", lists.by_url())
                return self.say(200, {})
            if self.path.startswith("/connections/") and self.path.endswith("/undo"):
                console.undo(self.path.split("/")[2])
                return self.say(200, {})
            if self.path.startswith("/connections/") and self.path.endswith("/terraform"):
                console.terraform(self.path.split("/")[2], **wanted)
                return self.say(200, {})
            if self.path.startswith("/connections/"):
                console.edit(self.path.split("/")[2], **wanted)
                return self.say(200, {})
        return self.say(404, {})
