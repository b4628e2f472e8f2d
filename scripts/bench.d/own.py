"""Measurements of keyturnd alone: many apps, sealing, a stampede for one token, rotations."""

import concurrent.futures
import json
import os
import re
import shutil
import statistics
import subprocess
import time

from servers import Keyturn, Sandbox, Trouble, exchange, http


def median(values):
    return statistics.median(values) if values else None


def first_answer(keyturn):
    """Seconds from before the process is started to the first credentials; and the daemon, which continues to run."""
    request = (b"GET /v1/apps/app-000000/credentials HTTP/1.1\r\nHost: localhost\r\nKeyturn-Request: 1\r\n"
               b"Connection: close\r\n\r\n")
    server = keyturn.start()

    def ask():
        if not exchange(keyturn.agent, request).startswith(b"HTTP/1.1 200"):
            raise ValueError("no credentials")

    server.wait_for(ask, seconds=120, pause=0.001)
    return time.monotonic() - server.began, server


def settle(server, seconds=180):
    """Waits until the daemon has finished all work after its answers. Returns the time that it took."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        before = server.cpu_seconds()
        time.sleep(0.5)
        if server.cpu_seconds() - before <= 0.01:
            return time.monotonic() - began - 0.5
    return seconds


def apps(bench):
    """Start, memory and throughput by the number of apps in the vault. The requests go to all of them in turn."""
    rows = []
    for number in bench.options.apps:
        keyturn = Keyturn(bench.bin, f"{bench.work}/apps-{number}")
        keyturn.fill(number)
        starts = []
        for _ in range(5 if number < 10_000 else 3):
            seconds, server = first_answer(keyturn)
            starts.append(seconds)
            server.stop()
        _, server = first_answer(keyturn)
        with server:
            settle(server)
            at_rest = server.memory()
            ask = ("-p", "/v1/apps/app-######/credentials", "-a", str(number), "-H", Keyturn.header, "-c", "16")
            first = bench.load(server, *ask, "-n", str(max(number, 1000)))
            settled = settle(server)
            loads = [bench.load(server, *ask, "-d", str(bench.options.seconds), "-w", "0.5") for _ in range(bench.options.rounds)]
            settle(server)
            rows.append({
                "apps": number, "start_s": median(starts), "start_spread_s": [min(starts), max(starts)],
                "vault_bytes": os.path.getsize(f"{keyturn.directory}/state/vault.db"), "at_rest": at_rest,
                "after_load": server.memory(), "first_pass_rate": first["rate"], "receipts_kept_s": settled,
                "rate": median([load["rate"] for load in loads]), "p99_us": median([load["p99_us"] for load in loads])})
    return rows


def seal(bench):
    runs = [json.loads(subprocess.run([f"{bench.bin}/BenchVault", "seal"], check=True, stdout=subprocess.PIPE).stdout)
            for _ in range(3)]
    return {name: median([run[name] for run in runs]) for name in runs[0]}


def stampede(bench):
    """1,000 clients request the token of an app that has none, while Zoom is slow."""
    clients, delay = 1000, 300
    keyturn = Keyturn(bench.bin, f"{bench.work}/stampede")
    keyturn.make_vault()
    with Sandbox(bench.bin, keyturn.directory) as sandbox, keyturn.ready(keyturn.start()) as server:
        sandbox.add_app(keyturn, "app-000000", sandbox.announcement["app"])
        keyturn.allow_this_user("app-000000")
        sandbox.control("DELETE", "/requests")
        sandbox.control("POST", "/faults", {"fault": "delay", "path": "/oauth/token", "delay_ms": delay})
        load = bench.load(
            server, "-p", "/v1/apps/app-000000/token", "-H", Keyturn.header, "-c", str(clients), "-n", str(clients), "-v")
        seen = sandbox.control("GET", "/requests?path=/oauth/token")["requests"]
    return {"clients": clients, "zoom_delay_ms": delay, "calls_at_zoom": len(seen), "answers": load["requests"],
            "all_served_ms": load["seconds"] * 1000, "slowest_ms": load["max_us"] / 1000}


def rotate(bench):
    """Rotations until Zoom has set the end of the old secret, without overlap and without holders: each app once, so that no
    throttle applies."""
    count = 24 if bench.options.quick else 64
    keyturn = Keyturn(bench.bin, f"{bench.work}/rotate")
    keyturn.make_vault()
    result = {"rotations": count}

    def one(name):
        rotation = http(keyturn.admin, "POST", f"/v1/apps/{name}/rotate", {"overlap": 0})
        while rotation["state"] not in ("retired", "refused", "aborted", "blocked") and not rotation["end_set"]:
            time.sleep(0.002)
            rotation = http(keyturn.admin, "GET", f"/v1/rotations/{rotation['id']}")
        if rotation["state"] != "retired" and not rotation["end_set"]:
            raise Trouble(f"a rotation is {rotation['state']}: {rotation['reason']}")

    def batch(title, names, in_flight):
        sandbox.control("DELETE", "/requests")
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(in_flight) as pool:
            list(pool.map(one, names))
        took = time.monotonic() - began
        calls = sandbox.control("GET", "/requests")["requests"]
        return {"in_flight": in_flight, "seconds": took, "per_second": len(names) / took,
                "calls_per_rotation": len(calls) / len(names)}

    with Sandbox(bench.bin, keyturn.directory) as sandbox, keyturn.ready(keyturn.start()) as server:
        names = [f"app-{number:06}" for number in range(2 * count + 8)]
        for name in names:
            sandbox.add_app(keyturn, name)
        settle(server)
        result["runs"] = [batch("one", names[:count], 1), batch("eight", names[count:2 * count], 8)]
        result["commits_per_rotation"] = counting_syncs(server, lambda: batch("syncs", names[2 * count:], 1), 8)
    return result


def counting_syncs(server, work, times):
    """How often the daemon waits for the disk. With SQLite's WAL, one commit is one fdatasync."""
    strace = shutil.which("strace")
    if not strace:
        return None
    counts = f"{server.log}.strace"
    tracer = subprocess.Popen(
        [strace, "-f", "-c", "-o", counts, "-e", "trace=fsync,fdatasync", "-p", str(server.process.pid)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        # It reports on standard error that it is attached; without permission it ends instead.
        if b"attached" not in tracer.stderr.readline():
            return None
        work()
    finally:
        if tracer.poll() is None:
            tracer.send_signal(2)
        tracer.wait(20)
    with open(counts) as table:
        return sum(int(found[1]) for found in re.finditer(r"(\d+)(?: +\d+)? +f(?:data)?sync$", table.read(), re.M)) / times


parts = {"apps": apps, "seal": seal, "stampede": stampede, "rotate": rotate}


def words(name, result):
    """A part's result as lines of text."""
    if name == "apps":
        yield (f"{'apps':>8} {'start ms':>9} {'vault MiB':>10} {'at rest MiB':>12} {'after load MiB':>15} {'requests/s':>11} "
               f"{'p99 us':>8} {'first fetch of each/s':>22} {'receipts kept in s':>19}")
        for row in result:
            yield (f"{row['apps']:>8,} {row['start_s'] * 1000:>9,.0f} {row['vault_bytes'] / 2**20:>10,.1f} "
                   f"{row['at_rest']['resident_kib'] / 1024:>12,.1f} {row['after_load']['resident_kib'] / 1024:>15,.1f} "
                   f"{row['rate']:>11,.0f} {row['p99_us']:>8,.0f} {row['first_pass_rate']:>22,.0f} {row['receipts_kept_s']:>19,.1f}")
    elif name == "seal":
        yield f"seal a row of 300 bytes     {result['seal_row_us']:>12,.2f} us"
        yield f"open it                     {result['open_row_us']:>12,.2f} us"
        yield f"unlock with a passphrase    {result['unlock_passphrase_us'] / 1000:>12,.1f} ms"
        yield f"unlock with a key file      {result['unlock_key_file_us']:>12,.1f} us"
    elif name == "stampede":
        yield (f"{result['answers']:,} of {result['clients']:,} clients were served a token after {result['all_served_ms']:,.0f} ms, "
               f"of which Zoom took {result['zoom_delay_ms']}; Zoom was called {result['calls_at_zoom']} time(s)")
    elif name == "rotate":
        for run in result["runs"]:
            yield (f"{run['in_flight']} in flight: {run['per_second']:,.1f} rotations/s, "
                   f"{run['calls_per_rotation']:.1f} calls at Zoom each")
        commits = result["commits_per_rotation"]
        yield f"waits for the disk: {commits:.1f} a rotation" if commits else "waits for the disk: not counted (strace is not here, or may not)"
