"""Compares each target's dependencies in Package.swift with what its files import.

    swift package dump-package | python3 scripts/dependencies.py

Prints `Package.swift:1: what is wrong`. The build finds neither: it makes all modules in one folder, and the compiler's
own check (--explicit-target-dependency-import-check) lets a target import what its dependencies depend on. A program
among the dependencies is only there to be built.
"""

import json
import pathlib
import re
import sys

IMPORT = re.compile(
    r"^[ \t]*(?:(?:@\w+(?:\([^)]*\))?|public|package|internal|fileprivate|private)[ \t]+)*import[ \t]+"
    r"(?:(?:actor|class|enum|func|let|protocol|struct|typealias|var)[ \t]+)?(\w+)",
    re.MULTILINE,
)


def dependencies(target):
    return {next(iter(entry.values()))[0] for entry in target["dependencies"]}


def imports(folder, excluded):
    found = set()
    for path in folder.rglob("*.swift"):
        if not any(path.is_relative_to(folder / name) for name in excluded):
            found.update(IMPORT.findall(path.read_text(encoding="utf-8")))
    return found


def main():
    targets = [target for target in json.load(sys.stdin)["targets"] if target["type"] != "system"]
    programs = {target["name"] for target in targets if target["type"] == "executable"}
    known = {target["name"] for target in targets}.union(*map(dependencies, targets))
    for target in targets:
        name, named = target["name"], dependencies(target)
        usual = ("Tests/" if target["type"] == "test" else "Sources/") + name
        used = imports(pathlib.Path(target.get("path") or usual), target["exclude"]) & known - {name}
        for other in sorted(used - named):
            print(f"Package.swift:1: {name} imports {other}, which is not among its dependencies")
        for other in sorted(named - used - programs):
            print(f"Package.swift:1: {name} does not import {other}, which is among its dependencies")


main()
