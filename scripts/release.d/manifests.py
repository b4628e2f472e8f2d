"""Checks the Kubernetes manifests for what docs/containers.md promises; whether they are well-formed, release-test checks.

    manifests.py FILE...      prints a line for each thing that is wrong
"""

import sys

import yaml

PINGFEDERATE = 9031


def containers(pod):
    for one in pod.get("initContainers", []) + pod["containers"]:
        yield one, pod.get("securityContext", {}) | one.get("securityContext", {})


def wrong(document):
    """What is wrong with one object."""
    pod = document.get("spec", {}).get("template", {}).get("spec")
    if not pod:
        return
    if "fsGroup" in pod.get("securityContext", {}):
        yield "fsGroup opens the state to a group: keyturnd refuses it"
    if pod.get("automountServiceAccountToken") is not False:
        yield "it has a token for the API"
    if pod.get("securityContext", {}).get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "it has no seccomp profile"
    if document["kind"] == "StatefulSet" and document["spec"]["replicas"] != 1:
        yield "one vault has one daemon"
    for one, context in containers(pod):
        name = one["name"]
        if context.get("allowPrivilegeEscalation") is not False or context.get("capabilities", {}).get("drop") != ["ALL"]:
            yield f"{name} may gain privileges"
        if "/keyturn:" not in one["image"]:
            continue
        if not context.get("readOnlyRootFilesystem"):
            yield f"{name} can write to its image"
        if context.get("runAsUser") in (None, 0, PINGFEDERATE) or context.get("runAsGroup") != 0:
            yield f"{name} is user {context.get('runAsUser')}, group {context.get('runAsGroup')}"
    for one, _ in containers(pod):
        for mount in one.get("volumeMounts", []):
            if mount["mountPath"] == "/run/keyturn/agent" and mount.get("subPath") != "run/agent":
                yield f"{one['name']} has the admin socket"


def main():
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            for document in yaml.safe_load_all(file):
                for one in wrong(document):
                    print(f"{path}:1: {document['kind']}: {one}")


if __name__ == "__main__":
    main()
