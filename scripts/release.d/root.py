"""Lays out the root directory of the image: one tree for what Debian's packages give, one for Keyturn.

    root.py LIBRARIES PACKAGE BASE KEYTURN

LIBRARIES is the output of libraries.py, PACKAGE the unpacked Debian package; BASE and KEYTURN are written. There is no
shell in it, and no other program than keyturnd, keyturn and the loader.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Nothing else is written to: a volume belongs on each. Root's group may write, for whatever uid the container has; with
# the sticky bit nobody removes another user's files there, without which keyturnd would not trust them.
STATE, RUNTIME, BACKUPS = "var/lib/keyturn", "run/keyturn", "var/backups/keyturn"
PASSWD = "root:x:0:0:root:/:/usr/sbin/nologin\nkeyturn:x:9030:0:Keyturn:/var/lib/keyturn:/usr/sbin/nologin\n"
GROUP = "root:x:0:\n"
NAMES = "passwd: files\ngroup: files\nhosts: files dns\n"
PROGRAMS = ["keyturnd", "keyturn"]


def put(tree, place, text):
    path = tree / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def libraries(packages, tree):
    """Each library under the one name that the loader asks for. The loader's own place is in the programs."""
    for folder in ("lib", "lib64"):
        (tree / folder).symlink_to("usr/" + folder)
    for package in packages:
        for file in package["files"]:
            copy(file["real"], tree / "usr" / file["path"].lstrip("/").removeprefix("usr/"))


def authorities(tree):
    """The certificate authorities of the package ca-certificates, not those that this machine trusts besides."""
    found = sorted(Path("/usr/share/ca-certificates/mozilla").glob("*.crt"))
    if not found:
        raise SystemExit("ca-certificates has no certificates here")
    put(tree, "etc/ssl/certs/ca-certificates.crt", "".join(file.read_text() for file in found))


def time_zones(tree):
    """The zones of the package tzdata, without those that count leap seconds."""
    for line in subprocess.run(["dpkg", "-L", "tzdata"], check=True, capture_output=True, text=True).stdout.splitlines():
        path = Path(line)
        if not line.startswith("/usr/share/zoneinfo/") or path.parts[4] in ("right", "posix") or path.is_dir():
            continue
        target = tree / line.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            if not os.readlink(path).startswith("/"):
                target.symlink_to(os.readlink(path))
        else:
            copy(path, target)


def documents(names, tree):
    """What scanners look for: which packages the files are from, and under which licence."""
    for name in names:
        status = subprocess.run(["dpkg-query", "-s", name], check=True, capture_output=True, text=True).stdout
        put(tree, f"var/lib/dpkg/status.d/{name}", status)
        copy(f"/usr/share/doc/{name}/copyright", tree / f"usr/share/doc/{name}/copyright")
    for file in sorted(Path("/usr/share/common-licenses").iterdir()):
        copy(file, tree / f"usr/share/common-licenses/{file.name}")
    copy("/usr/lib/os-release", tree / "usr/lib/os-release")
    (tree / "etc/os-release").symlink_to("../usr/lib/os-release")


def main():
    packages = json.loads(Path(sys.argv[1]).read_text())
    package, base, keyturn = map(Path, sys.argv[2:])
    base.mkdir(parents=True)
    libraries(packages, base)
    authorities(base)
    time_zones(base)
    put(base, "etc/passwd", PASSWD)
    put(base, "etc/group", GROUP)
    put(base, "etc/nsswitch.conf", NAMES)
    documents(sorted({one["name"] for one in packages} | {"base-files", "ca-certificates", "tzdata"}), base)
    (base / "tmp").mkdir()
    (base / "tmp").chmod(0o1777)
    for program in PROGRAMS:
        copy(package / "usr/bin" / program, keyturn / "usr/bin" / program)
    for name in ("copyright", "Package.resolved"):
        copy(package / "usr/share/doc/keyturn" / name, keyturn / "usr/share/doc/keyturn" / name)
    for place in (STATE, RUNTIME, BACKUPS):
        (keyturn / place).mkdir(parents=True)
        (keyturn / place).chmod(0o1775 if place == RUNTIME else 0o1770)


if __name__ == "__main__":
    main()
