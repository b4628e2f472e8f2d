"""Connections served byte for byte, and pushes to them compared byte for byte.

A push may change only the rows that it names, and in those only `value` and `encryptedValue`. Everything else, including white
space and the spelling of numbers, must come back unchanged.
"""

import json
import re
import secrets

SPACE = re.compile(r"[ \t\r\n]*")


def _skip(text, at):
    return SPACE.match(text, at).end()


def _end(text, at):
    return json.JSONDecoder().raw_decode(text, at)[1]


def members(text, at):
    """The members of the object at `at`: name, start of the member, start and end of its value."""
    found, at = [], _skip(text, at + 1)
    while text[at] == '"':
        name, end = json.decoder.scanstring(text, at + 1)
        value = _skip(text, _skip(text, end) + 1)
        found.append((name, at, value, _end(text, value)))
        at = _skip(text, found[-1][3])
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _member(text, at, name):
    return next((value for named, _, value, _ in members(text, at) if named == name), None)


def rows(text):
    """The start and end of each row of the target settings."""
    at = _skip(text, 0)
    for name in ("outboundProvision", "targetSettings"):
        at = _member(text, at, name)
        if at is None or text[at] not in "{[":
            return []
    found, at = [], _skip(text, at + 1)
    while text[at] != "]":
        found.append((at, _end(text, at)))
        at = _skip(text, found[-1][1])
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _kept(row):
    return [(name, row[value:end]) for name, _, value, end in members(row, 0) if name not in ("value", "encryptedValue")]


class Document:
    """A connection's text, and the result of each push to it."""

    def __init__(self, text, ours, secret, is_held_to_schema):
        self.text, self.ours, self.secret = text, ours, secret
        self.is_held_to_schema = is_held_to_schema
        self.pushes = []

    def put(self, sent):
        """Stores what is sent, and returns what is shown of it from then on."""
        values = {}
        self.pushes.append({"difference": self._difference(sent, values), "values": values})
        self.text = self._encrypted(sent)
        return self.text

    def _difference(self, sent, values):
        # JSON is sent without a byte order mark (RFC 8259, 8.1), even if the connection came with one.
        text = self.text.removeprefix("\ufeff")
        before, after = rows(text), rows(sent)
        if len(before) != len(after):
            return f"{len(after)} rows instead of {len(before)}"
        old, new = 0, 0
        for number, (was, now) in enumerate(zip(before, after)):
            if text[old:was[0]] != sent[new:now[0]]:
                return f"what stands before row {number}"
            (old, new), was, now = (was[1], now[1]), text[slice(*was)], sent[slice(*now)]
            parsed = json.loads(now)
            if parsed.get("name") not in self.ours:
                if was != now:
                    return f"row {number}"
                continue
            if _kept(was) != _kept(now) or "encryptedValue" in parsed or not isinstance(parsed.get("value"), str):
                return f"more than the value of row {number}"
            values[parsed["name"]] = parsed["value"]
        return None if text[old:] == sent[new:] else "what stands behind the rows"

    def _encrypted(self, sent):
        for start, end in rows(sent):
            row = sent[start:end]
            if json.loads(row).get("name") == self.secret:
                _, at, _, behind = next(member for member in members(row, 0) if member[0] == "value")
                shown = f'"encryptedValue":"enc:{secrets.token_hex(24)}"'
                return sent[:start] + row[:at] + shown + row[behind:] + sent[end:]
        return sent
