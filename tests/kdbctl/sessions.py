#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sessions.py KDBCTL KDB_DEVNODE PAGE [--update]: the sessions of a page are what the program prints on a terminal.

Runs the commands of the blocks after `<!-- session -->` in their order, against one node. --update writes what they print into the page. Numbers, ids and
times differ from run to run, and are not compared.
"""

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

from program import Node, Program

BLOCK = re.compile(r"^<!-- session -->\n```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTED = "127.0.0.1:2113"
WIDTH = "110"


def printed(program, command, node):
    """What the command prints on a terminal."""
    screen, terminal = pty.openpty()
    running = subprocess.Popen(["bash", "-c", f"stty cols {WIDTH}; {command}"], stdin=terminal, stdout=terminal, stderr=terminal, cwd=program.home,
                               env=program.environment, start_new_session=True)
    os.close(terminal)
    text = b""
    while True:
        try:
            data = os.read(screen, 65536) if select.select([screen], [], [], 600)[0] else b""
        except OSError:
            data = b""
        if not data:
            break
        text += data
    running.wait()
    os.close(screen)
    lines = re.sub(r"\r\x1b\[K[^\r\n]*(?=\r\x1b\[K)|\r\x1b\[K", "", text.decode()).replace("\r\n", "\n")
    return lines.replace(node.address, DOCUMENTED)


def run(program, block, node):
    session = ""
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        output = printed(program, command, node)
        session += f"$ {command}\n{output}" + ("" if output.endswith("\n") or not output else "\n")
    return session


def comparable(session):
    """The session without what differs from run to run: numbers, ids, units of time, bars, and the spaces that depend on them."""
    lines = [line for line in session.split("\n") if "up to " not in line]
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", "\n".join(lines))
    text = re.sub(r"\d[\d.,:/TZ-]*\d|\d", "N", text)
    text = re.sub(r"N (us|ms|s|[KMG]iB|B)\b", "N unit", text)
    return re.sub(r"[ \t]+", " ", text)


def main():
    kdbctl, devnode, page = sys.argv[1:4]
    path = Path(page)
    text = path.read_text()
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        folder = program.home / "bin"
        folder.mkdir()
        (folder / "kdbctl").symlink_to(kdbctl)
        program.environment |= {"PATH": f"{folder}:{program.environment['PATH']}", "NO_COLOR": "1"}
        sessions = [run(program, block, node) for block in BLOCK.findall(text)]
    written = iter(sessions)
    updated = BLOCK.sub(lambda _: f"<!-- session -->\n```\n{next(written)}```", text)
    if "--update" in sys.argv[4:]:
        path.write_text(updated)
        return 0
    differing = [(old, new) for old, new in zip(BLOCK.findall(text), sessions, strict=True) if comparable(old) != comparable(new)]
    for old, new in differing:
        print(f"the page has:\n{old}\nthe program prints:\n{new}")
    print(f"{len(sessions)} sessions, {len(differing)} differ" + ("; run this with --update" if differing else ""))
    return 1 if differing or not sessions else 0


if __name__ == "__main__":
    sys.exit(main())
