"""Makes programs of a Debian run where libraries carry other symbol versions, or fewer.

    elf.py PROGRAM...       changes the programs in place

A program records, for each symbol that it takes from a library, the version that the library had at the build. Two of
these records are Debian's own, or younger than the function:

- Debian marks the symbols of libcurl (CURL_OPENSSL_4). Elsewhere they are not marked, the loader complains at each start,
  and rpm finds no package with that mark.
- The linker takes the newest version of a function. `hypotf` of glibc 2.35 differs from the older one in how it reports an
  error, which nothing reads. Without it glibc 2.34 is enough.

Only version numbers change, no code. A program that needs one of them in another way is refused.
"""

import struct
import sys
from pathlib import Path

UNMARKED = {"libcurl.so.4"}
OLDER = {("libm.so.6", "GLIBC_2.35"): "GLIBC_2.2.5"}
ANY_VERSION = 1
DT_VERNEED, DT_VERNEEDNUM = 0x6FFFFFFE, 0x6FFFFFFF


class Program:
    """A 64-bit little-endian program with section headers."""

    def __init__(self, data):
        self.data = bytearray(data)
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise SystemExit("not a 64-bit little-endian program")
        start, = struct.unpack_from("<Q", self.data, 0x28)
        size, count, names = struct.unpack_from("<HHH", self.data, 0x3A)
        headers = [start + index * size for index in range(count)]
        label = self.section(headers[names])[0]
        self.headers = {self.text(label + struct.unpack_from("<I", self.data, at)[0]): at for at in headers}

    def section(self, header):
        return struct.unpack_from("<QQ", self.data, header + 0x18)

    def place(self, name):
        if name not in self.headers:
            raise SystemExit(f"it has no {name}")
        return self.section(self.headers[name])

    def text(self, at):
        return self.data[at : self.data.index(0, at)].decode()

    def get(self, form, at):
        return struct.unpack_from("<" + form, self.data, at)

    def put(self, form, at, *values):
        struct.pack_into("<" + form, self.data, at, *values)

    def needs(self):
        """Each library whose versions are needed: where its record is, its name, and its versions with theirs."""
        strings = self.place(".dynstr")[0]
        at, found = self.place(".gnu.version_r")[0], []
        while True:
            _, count, library, first, following = self.get("HHIII", at)
            versions, entry = [], at + first
            for _ in range(count):
                _, _, index, name, distance = self.get("IHHII", entry)
                versions.append((entry, index, self.text(strings + name), distance))
                entry += distance
            found.append((at, self.text(strings + library), versions, following))
            if not following:
                return found
            at += following

    def renumber(self, old, new):
        start, size = self.place(".gnu.version")
        for at in range(start, start + size, 2):
            if self.get("H", at)[0] & 0x7FFF == old:
                self.put("H", at, new)

    def unmark(self, library):
        """Takes a library's symbols in any version."""
        needs = self.needs()
        index = next((index for index, need in enumerate(needs) if need[1] == library), None)
        if index is None:
            return
        at, _, versions, following = needs[index]
        for _, number, _, _ in versions:
            self.renumber(number, ANY_VERSION)
        header = self.headers[".gnu.version_r"]
        self.put("I", header + 0x2C, len(needs) - 1)
        self.dynamic(DT_VERNEEDNUM, len(needs) - 1)
        if index:
            before = needs[index - 1]
            self.put("I", before[0] + 12, before[3] + following if following else 0)
            return
        if not following:
            raise SystemExit(f"{library} is the only one of its libraries with versions")
        # The first record: all begin after it.
        address, offset, size = self.get("QQQ", header + 0x10)
        self.put("QQQ", header + 0x10, address + following, offset + following, size - following)
        self.dynamic(DT_VERNEED, address + following)

    def dynamic(self, tag, value):
        start, size = self.place(".dynamic")
        for entry in range(start, start + size, 16):
            if self.get("Q", entry)[0] == tag:
                self.put("Q", entry + 8, value)

    def age(self, library, version, older):
        """Takes the symbols of one version of a library in an older one."""
        for at, name, versions, _ in self.needs():
            index = next((index for index, one in enumerate(versions) if one[2] == version), None)
            if name != library or index is None:
                continue
            other = next((one for one in versions if one[2] == older), None)
            if other is None or index == 0:
                raise SystemExit(f"it takes {version} of {library}, and nothing of {older} before it")
            entry, number, _, distance = versions[index]
            self.renumber(number, other[1])
            before, _, _, gap = versions[index - 1]
            self.put("I", before + 12, gap + distance if distance else 0)
            self.put("H", at + 2, len(versions) - 1)


def main():
    for path in map(Path, sys.argv[1:]):
        program = Program(path.read_bytes())
        for library in UNMARKED:
            program.unmark(library)
        for (library, version), older in OLDER.items():
            program.age(library, version, older)
        path.write_bytes(program.data)


if __name__ == "__main__":
    main()
