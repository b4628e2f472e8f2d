"""Writes an OCI image: layers, configuration, manifest and index, in one tar archive (an OCI image layout).

    oci.py OUTPUT NAME VERSION ARCHITECTURE REVISION TREE...     each TREE becomes a layer

`podman load`, `docker load` and `skopeo copy oci-archive:` read it. All times are SOURCE_DATE_EPOCH, all owners root, and
entries are sorted: the same trees make the same bytes.
"""

import datetime
import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
from pathlib import Path

TYPE = "application/vnd.oci.image."
# Any uid with the group 0 does; this one has a name.
USER = "9030:0"
ENVIRONMENT = {
    "PATH": "/usr/bin",
    # Below the volumes: keyturnd makes its own directories, which only its own user may enter.
    "KEYTURN_STATE_DIR": "/var/lib/keyturn/state",
    "KEYTURN_RUNTIME_DIR": "/run/keyturn/run",
    # What was entered in `keyturn app add`, until the app is added.
    "XDG_STATE_HOME": "/var/lib/keyturn/state",
    # A file keyturn.key in it unlocks the vault.
    "CREDENTIALS_DIRECTORY": "/run/credentials",
}


def encoded(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def add(archive, info, time, content=None):
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mtime = time
    archive.addfile(info, content)


def layer(tree, time):
    """A tree as a tar archive, uncompressed."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(tree.rglob("*")):
            info = tarfile.TarInfo(str(path.relative_to(tree)))
            status = path.lstat()
            info.mode = status.st_mode & 0o7777
            if path.is_symlink():
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
                add(archive, info, time)
            elif path.is_dir():
                info.type = tarfile.DIRTYPE
                add(archive, info, time)
            else:
                info.size = status.st_size
                with path.open("rb") as content:
                    add(archive, info, time, content)
    return buffer.getvalue()


class Layout:
    def __init__(self):
        self.blobs = {}

    def put(self, kind, content, **more):
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[digest] = content
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(content)} | more

    def write(self, path, index, docker, time):
        files = {"oci-layout": encoded({"imageLayoutVersion": "1.0.0"}), "index.json": encoded(index),
                 "manifest.json": encoded(docker)}
        files |= {"blobs/sha256/" + digest: content for digest, content in self.blobs.items()}
        with tarfile.open(path, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for folder in ("blobs", "blobs/sha256"):
                info = tarfile.TarInfo(folder)
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                add(archive, info, time)
            for name in sorted(files):
                info = tarfile.TarInfo(name)
                info.size, info.mode = len(files[name]), 0o644
                add(archive, info, time, io.BytesIO(files[name]))


def image(layout, trees, name, version, architecture, revision, time):
    created = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {
        "org.opencontainers.image.title": name, "org.opencontainers.image.version": version,
        "org.opencontainers.image.revision": revision, "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.created": created,
        "org.opencontainers.image.description": "Vault and rotation service for Zoom Server-to-Server OAuth apps",
    }
    layers, unpacked = [], []
    for tree in trees:
        content = layer(tree, time)
        unpacked.append("sha256:" + hashlib.sha256(content).hexdigest())
        layers.append(layout.put(TYPE + "layer.v1.tar+gzip", gzip.compress(content, 9, mtime=0)))
    configuration = layout.put(TYPE + "config.v1+json", encoded({
        "architecture": architecture, "os": "linux", "created": created,
        "config": {
            "User": USER, "Env": [f"{key}={value}" for key, value in ENVIRONMENT.items()],
            "Entrypoint": ["/usr/bin/keyturnd"], "Cmd": ["serve"], "WorkingDir": "/",
            "Volumes": {"/var/lib/keyturn": {}, "/run/keyturn": {}}, "StopSignal": "SIGTERM", "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": unpacked},
        "history": [{"created": created, "created_by": "scripts/release"} for _ in trees],
    }))
    manifest = layout.put(TYPE + "manifest.v1+json", encoded({
        "schemaVersion": 2, "mediaType": TYPE + "manifest.v1+json", "config": configuration, "layers": layers,
        "annotations": labels,
    }), platform={"architecture": architecture, "os": "linux"}, annotations={
        "org.opencontainers.image.ref.name": version, "io.containerd.image.name": f"localhost/{name}:{version}",
    })
    index = {"schemaVersion": 2, "mediaType": TYPE + "index.v1+json", "manifests": [manifest]}
    # For a `docker load` that does not know OCI layouts.
    place = lambda one: "blobs/sha256/" + one["digest"].removeprefix("sha256:")
    docker = [{"Config": place(configuration), "RepoTags": [f"localhost/{name}:{version}"], "Layers": [place(one) for one in layers]}]
    return index, docker


def main():
    output, name, version, architecture, revision = sys.argv[1:6]
    time, layout = int(os.environ["SOURCE_DATE_EPOCH"]), Layout()
    index, docker = image(layout, list(map(Path, sys.argv[6:])), name, version, architecture, revision, time)
    layout.write(output, index, docker, time)
    print(index["manifests"][0]["digest"])


if __name__ == "__main__":
    main()
