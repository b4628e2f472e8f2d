"""Checks what scripts/release made, without asking anybody: the image, the bill of materials, the provenance.

    check.py DIRECTORY      prints a line for each thing that is wrong, and nothing otherwise
"""

import gzip
import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path, PurePath

PROGRAMS = {"keyturn", "keyturnd"}
WRITABLE = {"var/lib/keyturn": 0o1770, "run/keyturn": 0o1775, "var/backups/keyturn": 0o1770, "tmp": 0o1777}


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def image(path):
    """What is wrong with an OCI image layout in a tar archive: digests, sizes, and what is in the layers."""
    with tarfile.open(path) as archive:
        files = {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}

    def blob(one):
        content = files.get("blobs/sha256/" + one["digest"].removeprefix("sha256:"))
        if content is None:
            yield f"no blob {one['digest']}"
        elif digest(content) != one["digest"] or len(content) != one["size"]:
            yield f"{one['digest']} is {digest(content)}, {len(content)} bytes"

    if json.loads(files["oci-layout"]) != {"imageLayoutVersion": "1.0.0"}:
        yield "oci-layout has another version"
    manifests = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(files["blobs/sha256/" + manifests[0]["digest"][7:]])
    for one in [*manifests, manifest["config"], *manifest["layers"]]:
        yield from blob(one)
    configuration = json.loads(files["blobs/sha256/" + manifest["config"]["digest"][7:]])
    layers = [gzip.decompress(files["blobs/sha256/" + one["digest"][7:]]) for one in manifest["layers"]]
    if [digest(one) for one in layers] != configuration["rootfs"]["diff_ids"]:
        yield "the layers are not those of the configuration"
    if configuration["config"]["User"].split(":")[0] in ("", "0", "root"):
        yield "it runs as root"
    for one in manifest["layers"]:
        if files["blobs/sha256/" + one["digest"][7:]][4:8] != bytes(4):
            yield "a layer tells when it was compressed"
    trees = [list(tarfile.open(fileobj=io.BytesIO(one))) for one in layers]
    for tree in trees:
        paths = [PurePath(entry.name) for entry in tree]
        if paths != sorted(paths) or len({entry.mtime for entry in tree}) != 1:
            yield "a layer is not sorted, or has several times"
    yield from root([entry for tree in trees for entry in tree])


def root(entries):
    """What is wrong with the files of the image."""
    for entry in entries:
        if entry.uid or entry.gid:
            yield f"{entry.name} belongs to {entry.uid}:{entry.gid}"
        if entry.isfile() and entry.mode & 0o6022:
            yield f"{entry.name} has mode {entry.mode:o}"
        if entry.isdir() and entry.mode & 0o022 and WRITABLE.get(entry.name) != entry.mode:
            yield f"{entry.name} has mode {entry.mode:o}"
    programs = {entry.name.split("/")[-1] for entry in entries if "bin/" in entry.name}
    if programs != PROGRAMS:
        yield f"its programs are {sorted(programs)}"


def bill(document):
    """What is wrong with a bill of materials: what every component must have, and references that lead nowhere."""
    if (document["bomFormat"], document["specVersion"]) != ("CycloneDX", "1.6"):
        yield "it is no bill of CycloneDX 1.6"
    known = {document["metadata"]["component"]["bom-ref"]}
    for one in document["components"]:
        if one["bom-ref"] in known:
            yield f"two are {one['bom-ref']}"
        known.add(one["bom-ref"])
        if not one.get("version") or not one.get("licenses"):
            yield f"{one['bom-ref']} has no version or no licence"
        hashed = one.get("hashes") or all(file.get("hashes") for file in one.get("components", [{}]))
        if not (hashed or one.get("purl")):
            yield f"{one['bom-ref']} has neither a hash nor a purl"
    for one in document["dependencies"]:
        for ref in [one["ref"], *one.get("dependsOn", [])]:
            if ref not in known:
                yield f"nothing is {ref}"
    for name in ("deb:keyturnd", "rpm:keyturnd", "swift-runtime", "swift-argument-parser", "debian:libssl"):
        if not any(ref.startswith(name) for ref in known):
            yield f"it lacks {name}"


def provenance(statement, directory):
    """What is wrong with a provenance: it names the artifacts that are there, with their digests."""
    named = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
    for path in sorted(directory.iterdir()):
        if path.suffix in (".deb", ".rpm", ".tar") and named.get(path.name) != digest(path.read_bytes())[7:]:
            yield f"it does not name {path.name} with its digest"
    for one in statement["predicate"]["buildDefinition"]["resolvedDependencies"]:
        if "uri" not in one:
            yield f"a dependency has no address: {one}"


def main():
    directory, wrong = Path(sys.argv[1]), []
    for pattern, check in (
        ("*.oci.tar", image),
        ("*.cdx.json", lambda path: bill(json.loads(path.read_text()))),
        ("*.provenance.json", lambda path: provenance(json.loads(path.read_text()), directory)),
    ):
        found = sorted(directory.glob(pattern))
        wrong += [f"{pattern}: there are {len(found)}"] if len(found) != 1 else [f"{found[0].name}: {one}" for one in check(found[0])]
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
