"""Lists the shared libraries that programs need, and those that these need, with the Debian packages that own them.

    libraries.py PROGRAM...      prints JSON: the packages, each with its files
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

FIELDS = ["Package", "Version", "Architecture", "source:Package", "source:Version", "Maintainer", "Homepage"]


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def loaded(programs):
    """The paths under which the loader finds each library, and the loader itself."""
    found = set()
    for line in run("ldd", *programs).splitlines():
        if "not found" in line:
            raise SystemExit(f"a library is missing: {line.strip()}")
        match = re.search(r"(?:=> )?(/\S+) \(0x", line)
        if match:
            found.add(match[1])
    return found


def owners(paths):
    """The Debian package of each file. With merged /usr, a package may name a file with /usr or without."""
    names = {name: path for path in paths for name in (path, path.removeprefix("/usr"), "/usr" + path)}
    # It fails for the names that no package has.
    asked = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True).stdout
    found = {names[name]: package for package, _, name in (line.partition(": ") for line in asked.splitlines()) if name in names}
    if lost := set(paths) - set(found):
        raise SystemExit(f"no Debian package has {sorted(lost)}: the programs are linked with a library of this machine")
    return found


def licence(package):
    """The licence of most of a package's files, in Debian's name for it."""
    path = Path("/usr/share/doc") / package.split(":")[0] / "copyright"
    text = path.read_text(errors="replace")
    for paragraph in re.split(r"\n\s*\n", text):
        if re.search(r"^Files:\s*\*\s*$", paragraph, re.MULTILINE):
            match = re.search(r"^License:[ \t]*(\S.*)$", paragraph, re.MULTILINE)
            if match:
                return match[1].strip()
    return f"see {path}"


def described(package):
    values = run("dpkg-query", "-W", "-f", "\\n".join("${%s}" % field for field in FIELDS), package).split("\n")
    name, version, architecture, source, source_version, maintainer, homepage = values
    return {
        "name": name, "version": version, "architecture": architecture, "source": source,
        "source_version": source_version, "maintainer": maintainer, "homepage": homepage, "licence": licence(package),
    }


def main():
    packages, libraries = {}, {path: Path(path).resolve() for path in sorted(loaded(sys.argv[1:]))}
    owned = owners([str(real) for real in libraries.values()])
    for path, real in libraries.items():
        name = owned[str(real)]
        package = packages.setdefault(name, described(name) | {"files": []})
        package["files"].append(
            {"path": path, "real": str(real), "sha256": hashlib.sha256(real.read_bytes()).hexdigest()})
    json.dump(sorted(packages.values(), key=lambda one: one["name"]), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
