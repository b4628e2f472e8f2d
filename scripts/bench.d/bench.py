"""Measures, compares, reports. Started by scripts/bench, which builds and installs the programs."""

import argparse
import datetime
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import own
import report
from servers import (
    Custodia, Floor, Keyturn, Nginx, Ours, Redis, Sandbox, Trouble, exchange, stop_all)


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    options: tuple


ROWS = [Row(f"keep-{number}", f"{number} connection{'s' if number > 1 else ''}, kept open", ("-c", str(number)))
        for number in (1, 16, 64, 256)]
ROWS.append(Row("each-16", "16 clients, one connection each", ("-c", "16", "-1")))
QUICK_ROWS = {"keep-1", "keep-16", "each-16"}

# The variants of keyturnd to compare: their names in the table, and their settings as environment variables.
OURS = [("keyturn", {}), ("keyturn, synced", {"KEYTURN_AUDIT_SYNC": "always"})]


class Bench:
    def __init__(self, options, work):
        self.options, self.work, self.bin, self.tools = options, work, options.bin, options.tools
        self.skipped = []

    def load(self, server, *arguments):
        pids = ",".join(map(str, server.pids()))
        done = subprocess.run(
            [f"{self.tools}/load", "-s", server.path, "-P", pids, *arguments], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=600)
        if done.returncode == 2 or not done.stdout:
            raise Trouble(f"the load generator stopped: {done.stderr.strip()}")
        result = json.loads(done.stdout)
        result["load_share"] = result["load_cpu_s"] / result["seconds"]
        result["others_share"] = result["others_cpu_s"] / result["seconds"]
        result["server_us"] = result["server_cpu_s"] * 1e6 / max(result["requests"], 1)
        result["one_each"] = "-1" in arguments
        return result

    # ---- The comparison.

    def contestants(self):
        """Sets up one app, fetches the answer that all others must give, and makes the contestants."""
        target, version = "/v1/apps/zoom-prod/credentials", f"commit {self.commit()}, {self.options.loops} loops"
        ours = []
        for name, settings in OURS:
            keyturn = Keyturn(self.bin, f"{self.work}/{name.replace(' ', '-').replace(',', '')}", {
                "KEYTURN_SERVER_EVENT_LOOPS": str(self.options.loops), "KEYTURN_LOG_LEVEL": "notice", **settings})
            keyturn.make_vault()
            with Sandbox(self.bin, keyturn.directory) as sandbox, keyturn.ready(keyturn.start()):
                sandbox.add_app(keyturn, "zoom-prod", sandbox.announcement["app"])
                keyturn.allow_this_user("zoom-prod")
                answer = exchange(keyturn.agent, (
                    f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{Keyturn.header}\r\n\r\n").encode())
            ours.append(Ours(keyturn, name, target, version))
        if not answer.startswith(b"HTTP/1.1 200"):
            raise Trouble(f"keyturnd answered {answer[:300]!r}")
        self.body = answer.partition(b"\r\n\r\n")[2]
        self.answer_bytes = len(answer)
        makers = [
            ("floor", lambda: Floor(self.tools, answer, self.options.loops)), ("nginx", lambda: Nginx(self.body, self.options.loops)),
            ("redis", lambda: Redis(self.body)), ("custodia", lambda: Custodia(self.tools, len(self.body)))]
        found = []
        for name, make in makers:
            try:
                found.append(make())
            except Trouble as trouble:
                self.skip(name, trouble)
        return found[:1] + ours + found[1:]

    def commit(self):
        git = ["git", "-C", os.path.dirname(__file__)]
        try:
            commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], text=True, stdout=subprocess.PIPE, check=True)
            changed = subprocess.run([*git, "status", "--porcelain", "--", "../../Sources"], text=True, stdout=subprocess.PIPE)
            return commit.stdout.strip() + ("+changes" if changed.stdout else "")
        except (OSError, subprocess.CalledProcessError):
            return "unknown"

    def skip(self, name, why):
        self.skipped.append(f"{name}: {why}")
        print(f"SKIPPED {name}: {why}", flush=True)

    def compare(self):
        options = self.options
        rows = [row for row in ROWS if not options.quick or row.name in QUICK_ROWS]
        contestants = self.contestants()
        cells, broken = {}, set()
        for number in range(options.rounds):
            for contestant in contestants:
                if contestant.name in broken:
                    continue
                directory = f"{self.work}/{number}-{contestant.name.replace(' ', '-').replace(',', '')}"
                os.mkdir(directory)
                try:
                    with contestant.start(directory) as server:
                        server.wait_for(lambda: probe(server.path))
                        for row in rows:
                            cells.setdefault((contestant.name, row.name), []).append(self.load(
                                server, *contestant.load, *row.options, "-b", str(len(self.body)), "-d",
                                str(options.seconds), "-w", str(options.warm_up)))
                except Trouble as trouble:
                    self.skip(contestant.name, trouble)
                    broken.add(contestant.name)
            print(f"round {number + 1} of {options.rounds} done", flush=True)
        return rows, [contestant for contestant in contestants if contestant.name not in broken], cells


def probe(path):
    import socket
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(path)


def facts(bench):
    with open("/proc/cpuinfo") as file:
        fields = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    model = fields.get("model name") or "unknown"
    if model.lower() == "unknown":
        model = f"{fields.get('vendor_id', 'unknown')} family {fields.get('cpu family')} model {fields.get('model')}"
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) // 1024
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "commit": bench.commit(),
        "cpu": model, "cores": len(os.sched_getaffinity(0)), "memory_mib": memory,
        "kernel": platform.release(), "load_before": round(os.getloadavg()[0], 2)}


def parse():
    names = ["compare", *own.parts]
    parser = argparse.ArgumentParser(prog="scripts/bench", add_help=False)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=names)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--loops", type=int, default=2)
    parser.add_argument("--apps", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--json")
    parser.add_argument("--svg")
    options = parser.parse_args()
    options.seconds = options.seconds or (2 if options.quick else 5)
    options.warm_up = min(options.seconds / 2, 1)
    options.apps = options.apps or ([10, 1000] if options.quick else [10, 1000, 100_000])
    options.only = options.only or names
    return options


def estimate(options):
    """An estimate in seconds: the measurements, plus some time for starts and preparation."""
    cell = options.seconds + options.warm_up
    rows = len(QUICK_ROWS) if options.quick else len(ROWS)
    costs = {
        "compare": 15 + options.rounds * (4 + len(OURS)) * (rows * cell + 1),
        "apps": sum(8 + options.rounds * cell + number / 1500 for number in options.apps), "seal": 8, "stampede": 4,
        "rotate": 10 if options.quick else 20}
    return sum(costs[name] for name in options.only)


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = tempfile.mkdtemp(prefix="ktb.", dir="/tmp")  # a short path: a Unix socket's has at most 107 bytes
    bench = Bench(options, work)
    result = {"machine": facts(bench), "settings": {"seconds": options.seconds, "rounds": options.rounds, "loops": options.loops}}
    machine, failed = result["machine"], False
    print(f"{machine['date']}, commit {machine['commit']}\n{machine['cpu']}, {machine['cores']} cores, "
          f"{machine['memory_mib']:,} MiB, Linux {machine['kernel']}, load {machine['load_before']}\n"
          f"this takes about {estimate(options) / 60:.0f} min\n", flush=True)
    try:
        if "compare" in options.only:
            rows, contestants, cells = bench.compare()
            result["answer"] = {"body_bytes": len(bench.body), "whole_bytes": bench.answer_bytes}
            result["contestants"] = {contestant.name: contestant.version for contestant in contestants}
            result["cells"] = [
                {"contestant": name, "row": row, **report.summary(runs), "runs": runs} for (name, row), runs in cells.items()]
            print(f"\nan answer of {bench.answer_bytes} bytes, {len(bench.body)} of them body; median of {options.rounds} runs of "
                  f"{options.seconds:g} s")
            for contestant in contestants:
                print(f"  {contestant.name:<10} {contestant.version}")
            for line in [*report.table(rows, contestants, cells), "", *report.judgement(rows, contestants, cells)]:
                print(line)
            failed |= any(cell["errors"] for cell in result["cells"])
            if options.svg:
                words = (f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}; median of {options.rounds} runs of "
                         f"{options.seconds:g} s; {len(bench.body)} bytes of body; commit {machine['commit']}, {machine['date'][:10]}")
                with open(options.svg, "w") as file:
                    file.write(report.chart(rows, contestants, cells, words))
        for name, measure in own.parts.items():
            if name not in options.only:
                continue
            print(f"\n{name}: {measure.__doc__.splitlines()[0] if measure.__doc__ else 'sealing and unlocking.'}", flush=True)
            try:
                result[name] = measure(bench)
                for line in own.words(name, result[name]):
                    print(f"  {line}")
            except Trouble as trouble:
                bench.skip(name, trouble)
                failed = True
    except Trouble as trouble:
        sys.exit(f"bench: {trouble}")
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stop_all()
        shutil.rmtree(work, ignore_errors=True)
    result["skipped"] = bench.skipped
    if bench.skipped:
        print("\nnot measured:", *bench.skipped, sep="\n  ")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
