"""Writes the copyright file of the Debian package: the licence of everything that is linked in, verbatim.

    licences.py CHECKOUTS RESOLVED TOOLCHAIN

CHECKOUTS holds the sources of packages, also of some that are no longer used; RESOLVED is the Package.resolved of the
build, which names those that are; TOOLCHAIN is Swift's `usr` folder.
"""

import json
import re
import sys
from pathlib import Path

HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Keyturn
Comment: The programs have the packages below linked in. Each has its licence here, and its notices where it has any.
"""


def field(text):
    """Formats several lines as the value of a field."""
    return "\n".join(" " + line.rstrip() if line.strip() else " ." for line in text.strip("\n").splitlines())


def holders(text, otherwise):
    found = re.findall(r"^[ \t*/#]*(Copyright (?:\(c\)|©)?\s*[^\n]*\d{4}[^\n]*)", text, re.MULTILINE | re.IGNORECASE)
    found = [line.strip(" *") for line in found if "yyyy" not in line]
    return sorted(set(found)) or [otherwise]


def kind(text):
    if "Apache License" in text:
        return "Apache-2.0 with Swift exception" if "Runtime Library Exception" in text else "Apache-2.0"
    if "Permission is hereby granted, free of charge" in text:
        return "Expat"
    if "Redistribution and use in source and binary forms" in text:
        return "BSD-3-clause"
    raise SystemExit(f"a licence that is not known: {text[:200]!r}")


def paragraph(files, text, otherwise, notice="", verbatim=True):
    name = kind(text)
    lines = [f"Files: {files}", "Copyright:\n" + field("\n".join(holders(notice + text, otherwise))).replace("\n ", "\n           ")]
    if name.startswith("Apache-2.0"):
        # Debian ships the text of the Apache License.
        lines.append(f"License: {name}")
        body = "The Apache License, Version 2.0, is in /usr/share/common-licenses/Apache-2.0."
        if "with" in name:
            exception = text[text.index("## Runtime Library Exception") :]
            body += "\n\n" + re.sub(r"^[ ]+", "", exception, flags=re.MULTILINE)
        lines.append(field(body))
    else:
        lines += [f"License: {name}", field(text)]
    if notice:
        lines += ["Comment:", field(notice)]
    return "\n".join(lines)


def main():
    checkouts, resolved, toolchain = map(Path, sys.argv[1:])
    paragraphs = [HEAD.rstrip(), "Files: *\nCopyright: The authors of Keyturn\nLicense: Apache-2.0\n"
                  + field("The Apache License, Version 2.0, is in /usr/share/common-licenses/Apache-2.0.")]
    swift = (toolchain / "share/swift/LICENSE.txt").read_text()
    paragraphs.append(paragraph("swift-runtime", swift, "The Swift project authors"))
    pins = json.loads(resolved.read_text())["pins"]
    names = {pin["location"].rsplit("/", 1)[-1].removesuffix(".git") for pin in pins}
    packages = sorted((checkouts / name for name in names), key=lambda place: place.name.lower())
    if not packages:
        raise SystemExit(f"{resolved} names no package: build first")
    for place in packages:
        licence = next(iter(sorted(place.glob("LICENSE*"))), None)
        if licence is None:
            raise SystemExit(f"{place} has no licence")
        notice = "".join(file.read_text() for file in sorted(place.glob("NOTICE*")))
        paragraphs.append(paragraph(place.name, licence.read_text(), f"The {place.name} authors", notice))
    print("\n\n".join(paragraphs))


if __name__ == "__main__":
    main()
