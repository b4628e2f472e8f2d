"""Writes how a release was made: an in-toto statement with SLSA's predicate, version 1.

    provenance.py COMMIT REF RESOLVED SWIFT ARTIFACT...

RESOLVED is the Package.resolved of the build. SHA256SUMS names the statement, and the signature of SHA256SUMS covers it.
KEYTURN_SOURCE is the address of the repository, KEYTURN_BUILDER that of whoever answers for the machine.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

# What the programs, the packages and the image are made with, beside Swift. Those that are not installed are left out.
TOOLS = ["binutils", "ca-certificates", "default-jdk-headless", "dpkg-dev", "gcc", "libc6-dev", "libcurl4-openssl-dev",
         "libpq-dev", "libsqlite3-dev", "libssl-dev", "libstdc++-12-dev", "libyaml-dev", "python3", "rpm", "tzdata", "zlib1g"]


def sha256(path):
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return {"sha256": digest.hexdigest()}


def installed():
    for name in TOOLS:
        asked = subprocess.run(["dpkg-query", "-W", "-f", "${Version} ${Architecture}", name], capture_output=True, text=True)
        if asked.returncode == 0 and asked.stdout.strip():
            version, architecture = asked.stdout.split()
            yield {"uri": f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}"}


def packages(resolved):
    for pin in json.loads(Path(resolved).read_text())["pins"]:
        state = pin["state"]
        yield {"uri": f"git+{pin['location']}@{state['version']}", "digest": {"gitCommit": state["revision"]}}


def main():
    commit, ref, resolved, swift = sys.argv[1:5]
    source = os.environ.get("KEYTURN_SOURCE")
    sources = {"uri": f"git+{source}@{ref}" if source else "urn:keyturn:source", "digest": {"gitCommit": commit}}
    compiler = subprocess.run(["swiftc", "-print-target-info"], check=True, capture_output=True, text=True).stdout
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": Path(path).name, "digest": sha256(path)} for path in sys.argv[5:]],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "urn:keyturn:scripts/release/v1",
                "externalParameters": {"source": sources["uri"], "ref": ref, "script": "scripts/release"},
                "internalParameters": {"SOURCE_DATE_EPOCH": int(os.environ["SOURCE_DATE_EPOCH"])},
                "resolvedDependencies": [
                    sources, *packages(resolved),
                    {"uri": f"pkg:generic/swift@{swift}", "digest": sha256(swift_program()),
                     "annotations": {"target": json.loads(compiler)["target"]["triple"]}},
                    *installed(),
                ],
            },
            "runDetails": {"builder": {"id": os.environ.get("KEYTURN_BUILDER") or "urn:keyturn:scripts/release"}},
        },
    }
    json.dump(statement, sys.stdout, indent=1)
    print()


def swift_program():
    found = subprocess.run(["sh", "-c", "command -v swiftc"], check=True, capture_output=True, text=True).stdout.strip()
    return Path(found).resolve()


if __name__ == "__main__":
    main()
