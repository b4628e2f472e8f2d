"""Writes manual pages, in man(7), from a program's own help or a page of docs/.

    program NAME SECTION DOCS < the output of `NAME --experimental-dump-help`
    manual.py page NAME SECTION 'what it is' < docs/PAGE.md
    manual.py example < docs/configuration.md          keyturn.yaml with every setting commented out

DOCS is the folder docs/. SOURCE_DATE_EPOCH is the page's date; KEYTURN_VERSION its version.
"""

import datetime
import json
import os
import re
import sys
import textwrap

SEE_ALSO = ["keyturn(1)", "keyturnd(8)", "keyturn.yaml(5)", "zoom-sandbox(1)"]
DOCUMENTATION = "/usr/share/doc/keyturn"
EXAMPLE = "Example: "


# MARK: man(7)


def escaped(text):
    """Escapes text: nothing in it is a request, and a hyphen can be copied as a minus."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti").replace("^", "\\(ha")
    text = text.replace("'", "\\(aq").replace("`", "\\(ga").replace('"', "\\(dq")
    return re.sub(r"^\.", r"\\&.", text)


def bold(text):
    return "\\fB" + escaped(text) + "\\fR"


def italic(text):
    return "\\fI" + escaped(text) + "\\fR"


def prose(words):
    """Turns Markdown's inline marks into fonts, and a link into its text."""
    parts = []
    for part in re.split(r"(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\]]+\]\([^)]+\)|\\\|)", words):
        if re.fullmatch(r"`[^`]+`", part):
            parts.append(bold(part[1:-1].replace("\\|", "|")))
        elif re.fullmatch(r"\*\*[^*]+\*\*", part):
            parts.append(bold(part[2:-2]))
        elif re.fullmatch(r"\*[^*\s][^*]*\*", part):
            parts.append(italic(part[1:-1]))
        elif re.fullmatch(r"\[[^\]]+\]\([^)]+\)", part):
            label, target = re.fullmatch(r"\[([^\]]+)\]\(([^)]+)\)", part).groups()
            elsewhere = "" if target.startswith("#") or "/" in label or label.endswith(".md") else f" ({target})"
            parts.append(prose(label) + escaped(elsewhere if target.startswith("http") else ""))
        elif part == "\\|":
            parts.append("|")
        else:
            parts.append(escaped(part))
    return re.sub(r"^(['.])", r"\\&\1", "".join(parts))


def example(lines):
    return [".PP", ".RS 4", ".nf"] + [escaped(line) or "\\&" for line in lines] + [".fi", ".RE"]


def described(tag, lines):
    return [".TP", tag] + (lines or ["\\&"])


def heading(name, section, what):
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    version = os.environ["KEYTURN_VERSION"]
    return [
        f'.TH {escaped(name.upper())} {section} {date:%Y-%m-%d} "Keyturn {version}" "Keyturn"',
        ".nh",
        ".ad l",
        ".SH NAME",
        f"{escaped(name)} \\- {escaped(what[0].lower() + what[1:].rstrip('.'))}",
    ]


def ending(name, section):
    others = [other for other in SEE_ALSO if other != f"{name}({section})"]
    pages = [bold(other.split("(")[0]) + "(" + other.split("(")[1] for other in others]
    return [".SH SEE ALSO", ", ".join(pages), ".PP", escaped(DOCUMENTATION)]


# MARK: A program


def paragraphs(text):
    """A discussion: paragraphs, and indented lines as examples."""
    out, run = [], []

    def close():
        if run:
            out.extend([".PP"] + [prose(line) for line in run])
            run.clear()

    lines, at = [line for line in text.splitlines() if not line.startswith(EXAMPLE)], 0
    while at < len(lines):
        if lines[at].startswith("  "):
            close()
            block = []
            while at < len(lines) and (lines[at].startswith("  ") or not lines[at].strip()):
                block.append(lines[at])
                at += 1
            while block and not block[-1].strip():
                block.pop()
            shift = min(len(line) - len(line.lstrip()) for line in block if line.strip())
            out.extend(example([line[shift:] for line in block]))
            continue
        if lines[at].strip():
            run.append(lines[at].strip())
        else:
            close()
        at += 1
    close()
    return out


def examples(tools):
    """The examples of commands, which are lines of their discussions: each below what its command does."""
    out, seen = [], set()
    for tool in tools:
        lines = [line[len(EXAMPLE) :] for line in (tool.get("discussion") or "").splitlines() if line.startswith(EXAMPLE)]
        new = [line for line in lines if line not in seen]
        seen.update(new)
        if new:
            out += [".PP", prose(tool["abstract"])] + example(new)
    return [".SH EXAMPLES"] + out if out else []


def spelling(name):
    return ("--" if name["kind"] == "long" else "-") + name["name"]


def argument_tag(argument):
    value = argument.get("valueName") or "value"
    if argument["kind"] == "positional":
        return italic(value)
    names = ", ".join(bold(spelling(name)) for name in argument.get("names") or [argument["preferredName"]])
    return names + (" " + italic(value) if argument["kind"] == "option" else "")


def argument_synopsis(argument):
    value = italic(argument.get("valueName") or "value")
    if argument["kind"] == "positional":
        text = value
    else:
        text = bold(spelling(argument["preferredName"])) + (" " + value if argument["kind"] == "option" else "")
    if argument.get("isRepeating"):
        text += " ..."
    return f"[{text}]" if argument.get("isOptional") else text


def argument_lines(argument):
    words = " ".join(part for part in (argument.get("abstract"), argument.get("discussion")) if part)
    notes = []
    if argument.get("allValues") and not all(value in words for value in argument["allValues"]):
        notes.append("one of " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue") and argument["kind"] != "flag":
        notes.append("default: " + argument["defaultValue"])
    return [prose(words + (f" ({'; '.join(notes)})" if notes else ""))]


def shown(command):
    return [argument for argument in command.get("arguments") or [] if argument.get("shouldDisplay", True)]


def is_common(argument):
    return argument["kind"] != "positional" and argument["preferredName"]["name"] in ("help", "version")


def commands(command, path=()):
    """Each command that does something, with its full name."""
    path = path + (command["commandName"],)
    below = [other for other in command.get("subcommands") or [] if other["commandName"] != "help"]
    if not below and command.get("shouldDisplay", True):
        yield path, command
    for other in below:
        yield from commands(other, path)


def shared(leaves):
    """The options of all commands; one command needs no daemon and lacks some."""
    counted = {}
    for _, command in leaves:
        for argument in shown(command):
            if argument["kind"] != "positional" and not is_common(argument):
                counted.setdefault(argument_tag(argument), []).append(argument)
    return {tag: found[0] for tag, found in counted.items() if len(leaves) > 1 and len(found) >= len(leaves) - 1}


def documented(docs, page, mark):
    """The table of a page in docs/ that begins with this mark."""
    with open(os.path.join(docs, page), encoding="utf-8") as file:
        text = file.read()
    if mark not in text:
        raise SystemExit(f"{page} has no table that begins with {mark!r}")
    return rows_of(text[text.index(mark) :].split("\n\n")[0])


def program(name, section, docs):
    tool = json.load(sys.stdin)["command"]
    leaves = [(path, command) for path, command in commands(tool) if len(path) > 1]
    common = shared(leaves)

    def own(command):
        return [one for one in shown(command) if not is_common(one) and argument_tag(one) not in common]

    out = heading(name, section, tool["abstract"]) + [".SH SYNOPSIS"]
    for path, command in leaves or [((name,), tool)]:
        out += [".br", bold(" ".join(path)) + "".join(" " + argument_synopsis(one) for one in own(command))]
    out.remove(".br")
    out += [".SH DESCRIPTION"] + paragraphs(tool.get("discussion") or tool["abstract"])
    if leaves:
        out += [".SH COMMANDS"]
        for path, command in leaves:
            out += [f'.SS "{escaped(" ".join(path[1:]))}"', prose(command["abstract"])]
            out += paragraphs(command.get("discussion") or "")
            for argument in own(command):
                out += described(argument_tag(argument), argument_lines(argument))
    out += [".SH OPTIONS"] + (["Each command takes these too."] if common else [])
    for argument in common.values() if leaves else own(tool):
        out += described(argument_tag(argument), argument_lines(argument))
    out += described(bold("--version"), ["Print version and commit."])
    out += described(bold("-h") + ", " + bold("--help"), ["Print help for the program, or for a command behind it."])
    if leaves:
        out += [".SH FILES"] + table(documented(docs, "configuration.md", "| what | flag |"))
        out += [".SH EXIT STATUS"] + table(documented(docs, "commands.md", "| exit code |"))
    out += examples([tool] + [command for _, command in leaves])
    return out + ending(name, section)


# MARK: A page of docs/


def rows_of(text):
    """The cells of a Markdown table's rows, without the line below its head."""
    rows = []
    for line in text.splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def table(rows):
    """Formats a row as an entry: its first cell is the tag, the others follow the heads of their columns."""
    head, out = rows[0], []
    for row in rows[1:]:
        lines = []
        for title, cell in zip(head[1:-1], row[1:-1]):
            if cell:
                lines += [(prose(title) + ": " if title else "") + prose(cell), ".br"]
        # The last column explains, and needs no head.
        title = head[-1] + ": " if len(row) > 2 and head[-1] not in ("", "values") else ""
        out += described(prose(row[0]) or "\\&", lines + [prose(title) + prose(row[-1])])
    return out


def page(name, section, what):
    out = heading(name, section, what)
    lines, at = sys.stdin.read().splitlines(), 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("# "):
            out += [".SH DESCRIPTION"]
        elif line.startswith("## "):
            out += [f'.SH "{escaped(line[3:].upper())}"']
        elif line.startswith("### "):
            out += [f'.SS "{escaped(line[4:])}"']
        elif line.startswith("```"):
            block = []
            while at < len(lines) and not lines[at].startswith("```"):
                block.append(lines[at])
                at += 1
            at += 1
            out += example(block)
        elif line.startswith("|"):
            block = [line]
            while at < len(lines) and lines[at].startswith("|"):
                block.append(lines[at])
                at += 1
            out += table(rows_of("\n".join(block)))
        elif re.match(r"(\d+\.|-) ", line):
            mark, words = line.split(" ", 1)
            block = [words]
            while at < len(lines) and lines[at].startswith("  "):
                block.append(lines[at].strip())
                at += 1
            out += [".IP " + ("\\(bu" if mark == "-" else mark) + " 4", prose(" ".join(block))]
        elif line.strip():
            block = [line]
            while at < len(lines) and lines[at].strip() and not re.match(r"(#|```|\||-\s|\d+\. )", lines[at]):
                block.append(lines[at])
                at += 1
            # A mark may span the end of a line.
            opening = [] if out[-1].startswith((".SH", ".SS")) else [".PP"]
            out += opening + [prose(" ".join(part.strip() for part in block))]
    return out + ending(name, section)


# MARK: An example of the settings


def plain(words):
    words = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", words)
    return re.sub(r"[`*]|\\(?=\|)", "", words)


def settings():
    """Each setting of the first table that has a default, commented out: its meaning, and the line that would set it."""
    out = ["# /etc/keyturn/keyturn.yaml: settings of keyturnd, see keyturn.yaml(5). Nothing has to be set; these are the",
           "# defaults. They are read at the start."]
    for row in rows_of(sys.stdin.read().split("\n## ")[1])[1:]:
        keys, _, default, words = row
        out += [""] + textwrap.wrap(plain(words), 110, initial_indent="# ", subsequent_indent="# ")
        value = default if default.startswith("`") or default.isdigit() else ""
        out += [f"#{key}: {plain(value)}".rstrip() for key in plain(keys).split(", ")]
    return out


# MARK: Output


def wrapped(lines):
    """Wraps text; leaves examples as they are."""
    literal = False
    for line in lines:
        literal = {".nf": True, ".fi": False}.get(line, literal)
        if literal or line.startswith(".") or len(line) <= 78:
            yield line
            continue
        for part in textwrap.wrap(line, 78, break_long_words=False, break_on_hyphens=False):
            yield "\\&" + part if part[0] in ".'" else part


def main():
    kind, rest = sys.argv[1], sys.argv[2:]
    if kind == "example":
        print("\n".join(settings()))
        return
    lines = {"program": program, "page": page}[kind](*rest)
    text = "\n".join(wrapped(lines)) + "\n"
    # A paragraph directly after a heading needs no mark.
    sys.stdout.write(re.sub(r"(\n\.S[HS][^\n]*)\n\.PP(?=\n)", r"\1", text))


if __name__ == "__main__":
    main()
