"""Writes the configuration of a container for runc, as engines and Kubernetes' RuntimeDefault confine one.

    bundle.py BUNDLE UID:GID [--mount HOST:PLACE[:ro]]… [--env NAME=VALUE]… [--pid PID] -- COMMAND…

BUNDLE was unpacked by umoci. Read-only root, no capabilities, no new privileges, 64 KiB of locked memory, the filter of
system calls that podman ships, namespaces for processes, mounts, IPC and names; the network is the host's, so that the
stand-in for Zoom can be reached. --pid joins the process namespace of that process (shareProcessNamespace).
"""

import argparse
import json
import platform
from pathlib import Path

PROFILE = Path("/usr/share/containers/seccomp.json")
ARCHITECTURE = {"x86_64": ("amd64", "SCMP_ARCH_X86_64"), "aarch64": ("arm64", "SCMP_ARCH_AARCH64")}


def seccomp():
    """The part of the profile that holds for a process without capabilities."""
    profile, (name, architecture) = json.loads(PROFILE.read_text()), ARCHITECTURE[platform.machine()]
    calls = []
    for one in profile["syscalls"]:
        includes, excludes = one.get("includes") or {}, one.get("excludes") or {}
        if includes.get("caps") or name not in includes.get("arches", [name]) or name in excludes.get("arches", []):
            continue
        kept = {key: one[key] for key in ("names", "action", "args", "errnoRet") if one.get(key)}
        calls.append(kept)
    return {"defaultAction": profile["defaultAction"], "defaultErrnoRet": profile["defaultErrnoRet"],
            "architectures": [architecture], "syscalls": calls}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path)
    parser.add_argument("user")
    parser.add_argument("--mount", action="append", default=[])
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--pid")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    path = arguments.bundle / "config.json"
    if not (kept := arguments.bundle / "config.unpacked.json").exists():
        path.rename(kept)
    config = json.loads(kept.read_text())
    uid, gid = map(int, arguments.user.split(":"))
    process = config["process"]
    process.update(terminal=False, user={"uid": uid, "gid": gid}, args=arguments.command, noNewPrivileges=True,
                   capabilities={}, env=process["env"] + arguments.env)
    process["rlimits"] = [{"type": "RLIMIT_NOFILE", "hard": 4096, "soft": 1024},
                          {"type": "RLIMIT_MEMLOCK", "hard": 64 << 10, "soft": 64 << 10}]
    config["root"]["readonly"] = True
    for mount in arguments.mount:
        host, place, *mode = mount.split(":")
        config["mounts"].append({"destination": place, "type": "bind", "source": host,
                                 "options": ["rbind", "nosuid", "nodev", *(mode or ["rw"])]})
    linux = config["linux"]
    linux["namespaces"] = [{"type": kind} for kind in ("ipc", "uts", "mount")]
    linux["namespaces"].append({"type": "pid"} | ({"path": f"/proc/{arguments.pid}/ns/pid"} if arguments.pid else {}))
    linux["seccomp"] = seccomp()
    path.write_text(json.dumps(config))


if __name__ == "__main__":
    main()
