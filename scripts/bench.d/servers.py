"""The measured processes: starts them on a private Unix socket, stops them by pid, and sends them requests."""

import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request


class Trouble(Exception):
    """Why a part cannot be measured, as text for the reader."""


started = []


class Server:
    """One of our processes, its log, and its Unix socket. Ends with the `with` block."""

    def __init__(self, command, log, path=None, environment=None):
        self.path, self.log = path, log
        self.began = time.monotonic()
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **(environment or {})})
        started.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self in started:
            started.remove(self)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def pids(self):
        """The pids of this process and all its descendants."""
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            for file in glob.glob(f"/proc/{pid}/task/*/children"):
                with contextlib.suppress(OSError), open(file) as children:
                    todo += map(int, children.read().split())
        return found

    def wait_for(self, attempt, seconds=60, pause=0.02):
        """Repeats `attempt` until it does not fail, and returns its result."""
        while True:
            try:
                return attempt()
            except (OSError, ValueError) as error:
                if self.process.poll() is not None or time.monotonic() > self.began + seconds:
                    with open(self.log, errors="replace") as log:
                        raise Trouble(f"{self.process.args[0]} did not come up: {log.read()[-600:] or error}") from None
            time.sleep(pause)

    def memory(self):
        """Resident KiB: total, and not backed by a file."""
        with open(f"/proc/{self.process.pid}/status") as status:
            fields = dict(re.findall(r"^(VmRSS|RssAnon):\s+(\d+)", status.read(), re.M))
        return {"resident_kib": int(fields["VmRSS"]), "anonymous_kib": int(fields["RssAnon"])}

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stop_all():
    for server in list(started):
        server.stop()


def exchange(path, request, seconds=30):
    """Sends the bytes and returns the whole answer, by its Content-Length or else by the end of the connection."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.settimeout(seconds)
        stream.connect(path)
        stream.sendall(request)
        answer = b""
        while True:
            head, empty, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            if empty and length and len(body) >= int(length[1]):
                return answer
            more = stream.recv(65536)
            if not more:
                return answer
            answer += more


def http(path, method, target, document=None):
    """One exchange with keyturnd. Returns the answer's document; raises Trouble for a refusal."""
    body = json.dumps(document).encode() if document is not None else b""
    kind = "Content-Type: application/json\r\n" if body else ""
    answer = exchange(path, (
        f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nKeyturn-Request: 1\r\nConnection: close\r\n"
        f"{kind}Content-Length: {len(body)}\r\n\r\n").encode() + body, seconds=120)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not re.match(rb"HTTP/1.1 2", head):
        raise Trouble(f"{method} {target}: {head[:80].decode()} {body[:300].decode()}")
    return json.loads(body) if body else None


class Keyturn:
    """The built keyturnd, with its own state directory."""

    header = "Keyturn-Request: 1"

    def __init__(self, bin, directory, environment=None):
        self.bin, self.directory = bin, directory
        self.key = f"{directory}/key"
        self.agent, self.admin = f"{directory}/run/agent/agent.sock", f"{directory}/run/admin/admin.sock"
        self.environment = {
            "KEYTURN_STATE_DIR": f"{directory}/state", "KEYTURN_RUNTIME_DIR": f"{directory}/run",
            "KEYTURN_CONFIG": "", **(environment or {})}
        os.makedirs(directory, exist_ok=True)

    def make_vault(self):
        self.run("keyturnd", "init", "--key-file", self.key, "--recovery-out", f"{self.directory}/recovery")

    def fill(self, apps):
        os.makedirs(f"{self.directory}/state", mode=0o700)
        descriptor = os.open(self.key, os.O_WRONLY | os.O_CREAT, 0o400)
        os.write(descriptor, os.urandom(32))
        os.close(descriptor)
        self.run("BenchVault", "fill", f"{self.directory}/state/vault.db", self.key, str(apps))

    def run(self, program, *arguments, secret=None):
        done = subprocess.run(
            [f"{self.bin}/{program}", *arguments], env={**os.environ, **self.environment}, text=True, input=secret,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
        if done.returncode:
            raise Trouble(f"{program} {arguments[0]}: {done.stdout}")
        return done.stdout

    def start(self):
        return Server(
            [f"{self.bin}/keyturnd", "serve", "--key-file", self.key], f"{self.directory}/log", self.agent,
            self.environment)

    def ready(self, server):
        server.wait_for(lambda: http(self.admin, "GET", "/v1/status"))
        return server

    def allow_this_user(self, *apps):
        grants = [f"{app}:credentials,token" for app in apps]
        self.run("keyturn", "client", "add", "bench", "--uid", str(os.getuid()), "--allow", *grants)


class Sandbox(Server):
    """The stand-in for Zoom, on a loopback port."""

    def __init__(self, bin, directory):
        self.announced = f"{directory}/sandbox.json"
        super().__init__([f"{bin}/zoom-sandbox", "--port", "0", "--quiet"], self.announced)
        self.announcement = self.wait_for(lambda: json.load(open(self.announced)))

    def control(self, method, path, document=None):
        request = urllib.request.Request(
            self.announcement["address"] + "/_sandbox" + path, method=method,
            data=json.dumps(document).encode() if document is not None else None)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def add_app(self, keyturn, name, zoom_app=None):
        """Makes an app in the sandbox and in Keyturn. Keyturn adds it unverified, so that it has no token yet."""
        app = zoom_app or self.control("POST", "/apps", {})
        http(keyturn.admin, "POST", "/v1/apps", {
            "name": name, "account_id": app["account_id"], "client_id": app["client_id"],
            "client_secret": app["client_secret"], "marketplace_app_id": app["marketplace_app_id"],
            "token_url": self.announcement["token_url"], "api_url": self.announcement["api_url"], "verify": False})


# ---- The compared servers. Each has a name, and `start(directory)` gives a running Server with what `load` needs to
# ask it.


class Contestant:
    name, version, load = "", "", ()

    def start(self, directory):
        raise NotImplementedError


class Floor(Contestant):
    def __init__(self, tools, answer, workers):
        self.name, self.version, self.tools = "floor", f"epoll in C, no parsing, {workers} workers", tools
        self.answer, self.workers = answer, workers
        self.load = ("-p", "/")

    def start(self, directory):
        with open(f"{directory}/answer", "wb") as file:
            file.write(self.answer)
        path = f"{directory}/floor.sock"
        return Server([f"{self.tools}/floor", path, f"{directory}/answer", str(self.workers)], f"{directory}/log", path)


class Ours(Contestant):
    def __init__(self, keyturn, name, target, version):
        self.keyturn, self.name, self.version = keyturn, name, version
        self.load = ("-p", target, "-H", Keyturn.header)

    def start(self, directory):
        return self.keyturn.ready(self.keyturn.start())


class Nginx(Contestant):
    """A static file with the same body and our header fields, in addition to the server's own."""

    def __init__(self, body, workers):
        self.name, self.body, self.workers = "nginx", body, workers
        # Debian installs it outside of ordinary users' PATH.
        self.program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if not self.program:
            raise Trouble("nginx is not installed (Debian: nginx-light)")
        said = subprocess.run([self.program, "-v"], text=True, stderr=subprocess.PIPE, check=True).stderr
        self.version = said.partition("nginx/")[2].split()[0] + f", {workers} workers"
        self.load = ("-p", "/credentials", "-H", Keyturn.header)

    def start(self, directory):
        path = f"{directory}/nginx.sock"
        with open(f"{directory}/credentials", "wb") as file:
            file.write(self.body)
        temporary = "\n".join(
            f"{kind}_temp_path {directory}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(f"{directory}/nginx.conf", "w") as file:
            file.write(f"""
                {"user root;" if os.getuid() == 0 else ""}
                worker_processes {self.workers};
                pid {directory}/nginx.pid;
                error_log {directory}/error.log;
                events {{ worker_connections 4096; }}
                http {{
                    {temporary}
                    access_log off;
                    server_tokens off;
                    default_type application/json;
                    add_header Cache-Control no-store;
                    keepalive_requests 1000000000;
                    open_file_cache max=16;
                    sendfile off;
                    server {{ listen unix:{path} backlog=1024; root {directory}; }}
                }}""")
        os.chmod(directory, 0o755)
        command = [self.program, "-p", directory, "-c", f"{directory}/nginx.conf", "-g", "daemon off;"]
        return Server(command, f"{directory}/log", path)


class Redis(Contestant):
    def __init__(self, body):
        self.name, self.body = "redis", body
        self.program = shutil.which("redis-server")
        if not self.program:
            raise Trouble("redis-server is not installed (Debian: redis-server)")
        said = subprocess.run([self.program, "--version"], text=True, stdout=subprocess.PIPE, check=True).stdout
        self.version = said.partition(" v=")[2].split()[0]
        self.load = ("-k", "credentials")

    def start(self, directory):
        path = f"{directory}/redis.sock"
        server = Server(
            [self.program, "--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", directory,
             "--tcp-backlog", "1024", "--maxclients", "4096"], f"{directory}/log", path)
        command = b"*3\r\n$3\r\nSET\r\n$11\r\ncredentials\r\n$%d\r\n%s\r\n" % (len(self.body), self.body)

        def fill():
            with socket.socket(socket.AF_UNIX) as stream:
                stream.connect(path)
                stream.sendall(command)
                if stream.recv(64) != b"+OK\r\n":
                    raise ValueError("redis did not take the value")

        server.wait_for(fill)
        return server


class Custodia(Contestant):
    """Identifies callers by peer credentials and has its values in SQLite; forks for each connection."""

    def __init__(self, tools, size):
        self.name, self.size = "custodia", size
        self.program = f"{tools}/custodia/bin/custodia"
        if not os.path.exists(self.program):
            raise Trouble("custodia could not be installed from PyPI")
        works = subprocess.run([self.program, "--help"], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if works.returncode:
            raise Trouble("custodia does not run on this Python: " + works.stdout.strip().rpartition("\n")[2])
        said = subprocess.run(
            [f"{tools}/custodia/bin/python", "-c",
             "from importlib.metadata import version as v; import sys; print(v('custodia'), 'on Python', sys.version.split()[0])"],
            text=True, stdout=subprocess.PIPE, check=True)
        self.version = said.stdout.strip()
        self.load = ("-p", "/secrets/bench/credentials", "-H", "REMOTE_USER: bench")

    def start(self, directory):
        path = f"{directory}/custodia.sock"
        with open(f"{directory}/custodia.conf", "w") as file:
            file.write(f"""
[global]
server_url = http+unix://{path.replace("/", "%2F")}
auditlog = {directory}/audit.log
debug = false
[auth:creds]
handler = SimpleCredsAuth
uid = {os.getuid()}
[authz:paths]
handler = SimplePathAuthz
paths = /secrets
[store:sqlite]
handler = SqliteStore
dburi = {directory}/secrets.db
table = secrets
[/secrets]
handler = Secrets
store = sqlite
""".lstrip())
        server = Server([self.program, f"{directory}/custodia.conf"], f"{directory}/log", path)

        def put(target, document=None):
            body = json.dumps(document).encode() if document else b""
            method, kind = ("PUT", "Content-Type: application/json\r\n") if body else ("POST", "")
            answer = exchange(path, (
                f"{method} {target} HTTP/1.0\r\n{kind}Content-Length: {len(body)}\r\n\r\n").encode() + body)
            if not re.match(rb"HTTP/1.. 20", answer):
                raise ValueError(f"custodia answered {answer[:200]!r}")

        server.wait_for(lambda: put("/secrets/bench/"))
        put("/secrets/bench/credentials", {"type": "simple", "value": "s" * (self.size - 28)})
        return server
