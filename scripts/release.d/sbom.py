"""Writes the bill of materials of a release: CycloneDX 1.6, as JSON.

    sbom.py PACKAGE RPM LIBRARIES VERSION REVISION SWIFT

PACKAGE is the unpacked Debian package, RPM the same of the RPM package, LIBRARIES the output of libraries.py, which are in
the image; SWIFT is the compiler's version. The copyright file of the package has the licences of what is linked in.
"""

import datetime
import hashlib
import json
import os
import re
import sys
import uuid
from pathlib import Path

LICENCES = {"Apache-2.0": "Apache-2.0", "Apache-2.0 with Swift exception": "Apache-2.0 WITH Swift-exception",
            "Expat": "MIT", "BSD-3-clause": "BSD-3-Clause"}
PROGRAMS = ["keyturn", "keyturnd", "zoom-sandbox"]


def sha256(path):
    return [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}]


def linked_licences(package):
    """Of each package that is linked in: the name of its licence, from the package's own copyright file."""
    text = (package / "usr/share/doc/keyturn/copyright").read_text()
    found = re.findall(r"^Files: (\S+)$.*?^License: ([^\n]+)$", text, re.MULTILINE | re.DOTALL)
    return {name: LICENCES[licence] for name, licence in found}


def expression(text):
    return [{"expression": text}]


def programs(package, rpm, version):
    """Each program twice: the RPM package's differ in the records of symbol versions (elf.py)."""
    for name in PROGRAMS:
        for place, tree in (("deb", package), ("rpm", rpm)):
            yield {
                "type": "application", "bom-ref": f"{place}:{name}", "name": name, "version": version,
                "licenses": expression("Apache-2.0"), "hashes": sha256(tree / "usr/bin" / name),
                "properties": [{"name": "keyturn:artifact", "value": "deb, image" if place == "deb" and
                                name != "zoom-sandbox" else place}],
            }


def plugin(package, version):
    path = package / "usr/share/keyturn/keyturn-pingfederate.jar"
    if path.exists():
        yield {"type": "library", "bom-ref": "plugin", "name": "keyturn-pingfederate", "version": version,
               "licenses": expression("Apache-2.0"), "hashes": sha256(path)}


def linked(package, swift, licences):
    """What is linked into the programs: Swift's runtime, and Swift packages."""
    yield {"type": "framework", "bom-ref": "swift-runtime", "name": "swift-runtime", "version": swift,
           "licenses": expression(licences["swift-runtime"]), "purl": f"pkg:generic/swift@{swift}"}
    pins = json.loads((package / "usr/share/doc/keyturn/Package.resolved").read_text())["pins"]
    for pin in pins:
        name, state = pin["identity"], pin["state"]
        location = pin["location"].removesuffix(".git")
        yield {
            "type": "library", "bom-ref": name, "name": name, "version": state["version"],
            "licenses": expression(licences[name]),
            "purl": f"pkg:swift/{location.removeprefix('https://')}@{state['version']}",
            "externalReferences": [{"type": "vcs", "url": location}],
            "properties": [{"name": "keyturn:revision", "value": state["revision"]}],
        }


def libraries(packages):
    """Debian's packages in the image; an installed package uses those of its host."""
    release = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', Path("/etc/os-release").read_text(), re.MULTILINE))
    distribution = f"{release['ID']}-{release.get('VERSION_ID', 'unstable')}"
    for one in packages:
        name, version, architecture = one["name"], one["version"], one["architecture"]
        escaped = version.replace(":", "%3A").replace("+", "%2B")
        yield {
            "type": "library", "bom-ref": f"debian:{name}", "name": name, "version": version,
            "supplier": {"name": one["maintainer"]}, "licenses": [{"license": {"name": one["licence"]}}],
            "purl": f"pkg:deb/{release['ID']}/{name}@{escaped}?arch={architecture}&distro={distribution}",
            "properties": [{"name": "keyturn:artifact", "value": "image"},
                           {"name": "keyturn:source", "value": f"{one['source']} {one['source_version']}"}],
            "components": [{"type": "file", "bom-ref": f"debian:{name}:{file['path']}", "name": file["path"],
                            "hashes": [{"alg": "SHA-256", "content": file["sha256"]}]} for file in one["files"]],
        }


def document(package, rpm, packages, version, revision, swift, time):
    inside = list(linked(package, swift, linked_licences(package)))
    beside = list(libraries(packages))
    made = list(programs(package, rpm, version))
    every = made + list(plugin(package, version)) + inside + beside
    needs = [one["bom-ref"] for one in inside + beside]
    moment = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {"components": [{"type": "application", "name": "scripts/release", "version": version}]},
            "component": {"type": "application", "bom-ref": "keyturn", "name": "keyturn", "version": version,
                          "licenses": expression("Apache-2.0"),
                          "properties": [{"name": "keyturn:revision", "value": revision}]},
        },
        "components": every,
        "dependencies": [{"ref": "keyturn", "dependsOn": [one["bom-ref"] for one in every if one["bom-ref"] not in needs]}]
        + [{"ref": one["bom-ref"], "dependsOn": list(needs)} for one in made]
        + [{"ref": one["bom-ref"]} for one in every if one not in made],
    }
    # The same contents have the same number.
    number = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(bill, sort_keys=True))
    return bill | {"serialNumber": f"urn:uuid:{number}"}


def main():
    package, rpm, found = map(Path, sys.argv[1:4])
    packages = json.loads(found.read_text())
    json.dump(document(package, rpm, packages, *sys.argv[4:], int(os.environ["SOURCE_DATE_EPOCH"])), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
