"""Makes a small image and a small bill of materials, spoils them in each way that check.py must notice, and changes the
symbol versions of a program: whether the parts of scripts/release do what they say, in a second.

    selftest.py      prints `FILE:1: what is wrong` for each thing, and nothing otherwise
"""

import copy
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import check
import elf
import oci
import sbom

PLACE = "scripts/release.d/"


def complain(file, words):
    print(f"{PLACE}{file}:1: {words}")


def tree(place):
    """The root of an image, with what matters to the check."""
    for name in check.PROGRAMS:
        (place / "usr/bin").mkdir(parents=True, exist_ok=True)
        (place / "usr/bin" / name).write_text(name)
        (place / "usr/bin" / name).chmod(0o755)
    for name, mode in check.WRITABLE.items():
        (place / name).mkdir(parents=True)
        (place / name).chmod(mode)
    (place / "lib").symlink_to("usr/lib")
    return place


def written(place, layout, index, docker):
    layout.write(place, index, docker, 0)
    return place


def made(root, path, user=oci.USER):
    layout, kept = oci.Layout(), oci.USER
    oci.USER = user
    try:
        parts = oci.image(layout, [root], "keyturn", "1", "amd64", "none", 0)
    finally:
        oci.USER = kept
    return layout, parts, written(path, layout, *parts)


def images(work):
    root = tree(work / "root")
    layout, parts, first = made(root, work / "first.tar")
    second = made(root, work / "second.tar")[2]
    if first.read_bytes() != second.read_bytes():
        complain("oci.py", "twice the same tree makes different bytes")
    if found := list(check.image(first)):
        complain("check.py", f"a good image is not: {found}")
    bad = {}
    for digest in layout.blobs:
        spoilt = copy.deepcopy(layout)
        spoilt.blobs[digest] += b" "
        bad[f"blob {digest[:8]}"] = written(work / f"{digest}.tar", spoilt, *parts)
    bad["root's user"] = made(root, work / "user.tar", "0:0")[2]
    for name, change in {
        "a shell": lambda place: shutil.copy(place / "usr/bin/keyturn", place / "usr/bin/sh"),
        "a missing program": lambda place: (place / "usr/bin/keyturn").unlink(),
        "a set-user-ID program": lambda place: (place / "usr/bin/keyturn").chmod(0o4755),
        "an open directory": lambda place: (place / "usr").chmod(0o777),
        "a state directory without its sticky bit": lambda place: (place / "var/lib/keyturn").chmod(0o770),
    }.items():
        place = work / "changed"
        shutil.copytree(root, place, symlinks=True)
        change(place)
        bad[name] = made(place, work / "changed.tar")[2]
        if not list(check.image(bad.pop(name))):
            complain("check.py", f"it lets pass {name}")
        shutil.rmtree(place)
    for name, path in bad.items():
        try:
            found = list(check.image(path))
        except (OSError, ValueError):
            found = ["unreadable"]
        if not found:
            complain("check.py", f"it lets pass {name}")


def bills(work):
    package, rpm = work / "package", work / "rpm"
    for place in (package, rpm):
        (place / "usr/bin").mkdir(parents=True)
        for name in sbom.PROGRAMS:
            (place / "usr/bin" / name).write_text(f"{place}{name}")
    documents = package / "usr/share/doc/keyturn"
    documents.mkdir(parents=True)
    (documents / "copyright").write_text("Files: swift-runtime\nLicense: Apache-2.0 with Swift exception\n\n"
                                         "Files: swift-argument-parser\nLicense: Apache-2.0\n")
    pin = {"identity": "swift-argument-parser", "location": "https://example.com/swift-argument-parser.git",
           "state": {"version": "1.0.0", "revision": "0"}}
    (documents / "Package.resolved").write_text(json.dumps({"pins": [pin]}))
    library = {"name": "libssl3", "version": "1:3.0+1", "architecture": "amd64", "source": "openssl", "source_version": "3",
               "maintainer": "M", "licence": "Apache-2.0", "files": [{"path": "/lib/libssl.so.3", "sha256": "0" * 64}]}
    document = sbom.document(package, rpm, [library], "1.0", "none", "6.3", 0)
    if found := list(check.bill(document)):
        complain("check.py", f"a good bill is not: {found}")
    if document != sbom.document(package, rpm, [library], "1.0", "none", "6.3", 0):
        complain("sbom.py", "twice the same package has different bills")
    for name, change in {
        "another format": lambda bill: bill.update(specVersion="1.4"),
        "a component without a version": lambda bill: bill["components"][0].pop("version"),
        "a component without a licence": lambda bill: bill["components"][0].pop("licenses"),
        "a program without a hash": lambda bill: bill["components"][0].pop("hashes"),
        "two of one name": lambda bill: bill["components"].append(bill["components"][0]),
        "a dependency on nothing": lambda bill: bill["dependencies"][0]["dependsOn"].append("gone"),
        "no OpenSSL": lambda bill: bill["components"].pop(),
    }.items():
        spoilt = copy.deepcopy(document)
        change(spoilt)
        if not list(check.bill(spoilt)):
            complain("check.py", f"it lets pass {name}")


def programs(work):
    """Any program of Debian's that has the library will do."""
    source = shutil.which("curl")
    if not source or not shutil.which("readelf"):
        return
    path = work / "curl"
    program = elf.Program(Path(source).read_bytes())
    if "libcurl.so.4" not in [need[1] for need in program.needs()]:
        return
    program.unmark("libcurl.so.4")
    start, size = program.place(".gnu.version")
    used = {program.get("H", at)[0] & 0x7FFF for at in range(start, start + size, 2)}
    if unknown := used - {0, 1} - {version[1] for need in program.needs() for version in need[2]}:
        complain("elf.py", f"symbols have versions that no library has: {unknown}")
    path.write_bytes(program.data)
    path.chmod(0o755)
    said = subprocess.run(["readelf", "--version-info", "--wide", path], capture_output=True, text=True)
    if "libcurl" in said.stdout or said.stderr:
        complain("elf.py", f"the mark is still there, or readelf complains: {said.stderr}")
    if subprocess.run([path, "--version"], capture_output=True).returncode:
        complain("elf.py", "a changed program does not start")


def main():
    with tempfile.TemporaryDirectory() as work:
        images(Path(work, "images"))
        bills(Path(work, "bills"))
        programs(Path(work))


if __name__ == "__main__":
    main()
