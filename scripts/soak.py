"""Puts load on a daemon, samples it, and reports whether it grows: the inner part of scripts/soak.

    soak.py PLACE PID MINUTES

PLACE has sandbox.json, recovery, and run/ with both sockets. All requests have a limited rate.
"""

import json
import os
import random
import socket
import sys
import threading
import time
import urllib.request

place, daemon, minutes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
AGENT, ADMIN = f"{place}/run/agent/agent.sock", f"{place}/run/admin/admin.sock"
APPS = [f"soak-{number}" for number in range(6)]
EVERY = 5  # seconds from one sample to the next
# The allowed growth from the end of the warm-up to the end, by the line through the samples. A leak of one small object
# per request would exceed it within a minute.
MEMORY_BOUND, DESCRIPTOR_BOUND = 6 << 10, 3  # KiB, descriptors
WATCHED = sys.stdout.isatty() and not os.environ.get("CI")

counts, lock, over = {}, threading.Lock(), threading.Event()


def note(what):
    with lock:
        counts[what] = counts.get(what, 0) + 1


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    connection.connect(path)
    return connection


def render(method, target, body=None):
    head = f"{method} {target} HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n"
    if body is not None:
        body = json.dumps(body)
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return (head + "\r\n" + (body or "")).encode()


def answer(connection):
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("closed")
        got += piece
    head, body = got.split(b"\r\n\r\n", 1)
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return int(head[9:12]), body


def ask(path, method, target, body=None):
    with connect(path) as connection:
        connection.sendall(render(method, target, body))
        return answer(connection)


def fetch():
    """Uses one connection for a hundred requests, most of them valid."""
    with connect(AGENT) as connection:
        for _ in range(100):
            if over.wait(0.02):
                return
            app = random.choice(APPS)
            method, target, body = random.choice([
                ("GET", f"/v1/apps/{app}/credentials", None), ("GET", f"/v1/apps/{app}/token", None),
                ("GET", f"/v1/apps/{app}/credentials/client_id", None), ("GET", "/v1/apps", None),
                ("POST", f"/v1/apps/{app}/ack", {"generation": 1}), ("GET", "/v1/apps/nobody/token", None),
                ("GET", "/v1/nothing", None), ("POST", f"/v1/apps/{app}/rejected", {"generation": 1}),
            ])
            connection.sendall(render(method, target, body))
            note(f"agent {answer(connection)[0]}")


def refused():
    with connect(AGENT) as connection:
        connection.sendall(random.choice([b"GET /%2e HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"GET / HTTP/1.0\r\n\r\n",
                                          b"POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 70000\r\n\r\n"]))
        note(f"refused {answer(connection)[0]}")
    over.wait(0.1)


def slow():
    """Sends a request byte by byte, and reads its answer late."""
    with connect(AGENT) as connection:
        for byte in render("GET", f"/v1/apps/{random.choice(APPS)}/credentials"):
            connection.sendall(bytes([byte]))
            if over.wait(0.01):
                return
        over.wait(0.5)
        note(f"slow {answer(connection)[0]}")


def aborted():
    with connect(AGENT) as connection:
        request = render("GET", f"/v1/apps/{random.choice(APPS)}/token")
        connection.sendall(request[:random.randrange(len(request) + 1)])
    note("aborted")
    over.wait(0.05)


def administer():
    for target in ["/v1/status", "/v1/apps", "/v1/clients", "/v1/rotations", f"/v1/apps/{random.choice(APPS)}"]:
        note(f"admin {ask(ADMIN, 'GET', target)[0]}")
        over.wait(0.2)


def rotate():
    over.wait(10)
    note(f"rotate {ask(ADMIN, 'POST', f'/v1/apps/{random.choice(APPS)}/rotate', {'overlap': 0})[0]}")


def lock_and_unlock():
    over.wait(30)
    note(f"lock {ask(ADMIN, 'POST', '/v1/lock')[0]}")
    over.wait(0.2)
    with open(f"{place}/recovery") as file:
        words = [word for word in file.read().split() if word.count("-") == 8]
    note(f"unlock {ask(ADMIN, 'POST', '/v1/unlock', {'recovery_key': words[0]})[0]}")


def for_ever(job):
    while not over.is_set():
        try:
            job()
        except OSError as error:
            note(f"{job.__name__}: {type(error).__name__}")
            over.wait(0.1)


def sample():
    with open(f"/proc/{daemon}/status") as file:
        status = dict(line.split(":", 1) for line in file)
    with open(f"/proc/{daemon}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return int(status["VmRSS"].split()[0]), len(os.listdir(f"/proc/{daemon}/fd")), int(status["Threads"]), cpu


def growth(samples, column):
    """The growth of the straight line through the samples, from the first to the last."""
    values = [entry[column] for entry in samples]
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    slope = sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread
    return slope * (len(values) - 1)


def prepare():
    with open(f"{place}/sandbox.json") as file:
        zoom = json.load(file)["address"]
    for app in APPS:
        made = json.load(urllib.request.urlopen(urllib.request.Request(
            zoom + "/_sandbox/apps", data=b"{}", headers={"Content-Type": "application/json"})))
        status, body = ask(ADMIN, "POST", "/v1/apps", {
            "name": app, "account_id": made["account_id"], "client_id": made["client_id"],
            "client_secret": made["client_secret"], "marketplace_app_id": made["marketplace_app_id"],
            "token_url": zoom + "/oauth/token", "api_url": zoom})
        assert status in (200, 201), body
    status, body = ask(ADMIN, "POST", "/v1/clients", {
        "name": "me", "uid": os.getuid(), "allow": [{"app": "*", "permissions": ["credentials", "token"]}]})
    assert status in (200, 201), body


def show_progress(samples, end):
    """Overwrites one line on a terminal; otherwise prints a line each minute for the log."""
    memory, descriptors, _, _ = samples[-1]
    left = max(0, end - time.monotonic())
    line = (f"{minutes - left / 60:.1f} of {minutes} min, {sum(counts.values())} requests, {memory} KiB, "
            f"{descriptors} descriptors")
    if WATCHED:
        print(f"\r{line}\033[K", end="", flush=True)
    elif len(samples) % (60 // EVERY) == 0:
        print(line, flush=True)


prepare()
jobs = [fetch, fetch, fetch, refused, slow, aborted, administer, rotate, lock_and_unlock]
threads = [threading.Thread(target=for_ever, args=[job], daemon=True) for job in jobs]
for thread in threads:
    thread.start()
samples, end = [], time.monotonic() + minutes * 60
while time.monotonic() < end:
    time.sleep(EVERY)
    samples.append(sample())
    show_progress(samples, end)
if WATCHED:
    print("\r\033[K", end="")
over.set()
for thread in threads:
    thread.join(timeout=30)
time.sleep(3)
idle = sample()

warm = max(2, len(samples) // 4)
measured = samples[warm:]
print(f"{'minute':>8} {'memory KiB':>11} {'descriptors':>12} {'threads':>8} {'CPU s':>8}")
for index in sorted({round(step * (len(samples) - 1) / 10) for step in range(11)}):
    print(f"{(index + 1) * EVERY / 60:8.1f} {samples[index][0]:11} {samples[index][1]:12} "
          f"{samples[index][2]:8} {samples[index][3]:8.1f}")
print(f"{'idle':>8} {idle[0]:11} {idle[1]:12} {idle[2]:8} {idle[3]:8.1f}")
print(", ".join(f"{what}: {count}" for what, count in sorted(counts.items())))
memory, descriptors = growth(measured, 0), growth(measured, 1)
print(f"growth after the warm-up: {memory:.0f} KiB of {MEMORY_BOUND}, {descriptors:.1f} descriptors of {DESCRIPTOR_BOUND}")
faults = []
if memory > MEMORY_BOUND:
    faults.append("memory grows")
# A daemon without clients must have fewer descriptors than with half a dozen of them.
if descriptors > DESCRIPTOR_BOUND or idle[1] >= sorted(entry[1] for entry in measured)[len(measured) // 2]:
    faults.append("descriptors grow, or stay when the clients have gone")
for wanted in ["agent 200", "slow 200", "aborted", "admin 200", "unlock 200"]:
    if not any(what.startswith(wanted[:-1]) for what in counts):
        faults.append(f"nothing was done of '{wanted}'")
if faults:
    sys.exit("soak: " + "; ".join(faults))
print("soak: steady")
