"""For scripts/demo: records commands on a terminal, and draws them as a picture of text.

    terminal.py run SESSION SHOWN COMMAND     runs the command on a terminal, and appends what it wrote to the file SESSION
    terminal.py draw SESSION DIRECTORY USER   prints the session as SVG, without that directory and user
"""

import datetime
import fcntl
import html
import json
import os
import pty
import re
import struct
import sys
import termios

COLUMNS, CELL, LINE, MARGIN = 100, 7.8, 17, 16
COLOURS = {"31": "bad", "32": "good", "33": "warn", "36": "command", "1": "bold", "2": "quiet", "0": "", "": ""}
START = datetime.datetime(2026, 1, 11, 2, 0, tzinfo=datetime.timezone.utc)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
STYLE = """
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: #1f2328 }
  rect { fill: #ffffff; stroke: #d1d9e0 }
  .bold { font-weight: 600 } .quiet { fill: #59636e }
  .good { fill: #116329 } .bad { fill: #a40e26 } .warn { fill: #7d4e00 } .command { fill: #0550ae }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } rect { fill: #0d1117; stroke: #3d444d } .quiet { fill: #9198a1 }
    .good { fill: #56d364 } .bad { fill: #ff7b72 } .warn { fill: #e3b341 } .command { fill: #79c0ff }
  }
"""


def run(command):
    """Returns what a command writes on a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        os.execvp("bash", ["bash", "-c", command])
    written = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # The terminal's other end is closed.
            part = b""
        if not part:
            break
        written += part
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        sys.exit(f"{command}: exit code {status}\n{written.decode()}")
    return written.decode()


def steady(text, shift, directory, user):
    """Replaces what differs at each run."""
    text = text.replace(directory + "/", "").replace(user, "pingfederate (987)")
    text = TIME.sub(lambda found: (datetime.datetime.fromisoformat(found[0]) + shift).strftime("%Y-%m-%dT%H:%M:%SZ"), text)
    text = re.sub(r"\b35\d\d s\b", "3599 s", text)
    return re.sub(r"\b[0-9a-f]{32}\b", "298901c3b1b091816862961da02d9efe", text)


def lines(written):
    """The lines that a terminal shows: each a list of (character, class)."""
    shown, row, column, style = [], [], 0, ""
    for mark in re.finditer(r"\x1b\[([0-9;]*)([A-Za-z])|(.|\n)", written):
        code, verb, character = mark.groups()
        if verb == "m":
            style = COLOURS[code]
        elif verb == "K":
            del row[column:]
        elif verb:
            sys.exit(f"a terminal's control that is not drawn: {verb}")
        elif character == "\r":
            column = 0
        elif character == "\n":
            while row and row[-1][0] == " ":
                row.pop()
            shown.append(row)
            row, column = [], 0
        else:
            row[column : column + 1] = [(character, style)]
            column += 1
    return shown + ([row] if row else [])


def drawn(row):
    spans, last = "", None
    for character, style in row:
        if style != last:
            spans += ("</tspan>" if last else "") + (f'<tspan class="{style}">' if style else "")
            last = style
        spans += html.escape(character, quote=False)
    return spans + ("</tspan>" if last else "")


def draw(session, directory, user):
    texts, y = [], MARGIN
    shift = START - datetime.datetime.fromisoformat(min(TIME.findall(session)))
    for entry in map(json.loads, session.splitlines()):
        prompt, command = re.fullmatch(r"(\w*\$ )?(.*)", entry["shown"]).groups()
        typed = [(c, "quiet") for c in prompt or "# "] + [(c, "bold") for c in command]
        for row in [typed, *lines(steady(entry["written"], shift, directory, user))]:
            if len(row) > COLUMNS:
                sys.exit("a line is too long: " + "".join(character for character, _ in row))
            # The grid holds with any font.
            place = f'x="{MARGIN}" y="{y + 13}" textLength="{len(row) * CELL:g}"'
            texts.append(f'<text {place} xml:space="preserve">{drawn(row)}</text>')
            y += LINE
        y += LINE // 3
    width, height = COLUMNS * CELL + 2 * MARGIN, y + MARGIN - LINE // 3
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" height="{height}" role="img">')
    print(f"<title>A terminal session: a vault, an app, a rotation</title>\n<style>{STYLE}</style>")
    print(f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1}" rx="8"/>')
    print(*texts, "</svg>", sep="\n")


if sys.argv[1] == "run":
    with open(sys.argv[2], "a") as file:
        print(json.dumps({"shown": sys.argv[3], "written": run(sys.argv[4])}), file=file)
else:
    draw(open(sys.argv[2]).read(), *sys.argv[3:])
