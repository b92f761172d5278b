#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""troubleshooting.py ROOT: every text in a heading of docs/troubleshooting.md is one that libkdb says.

A heading is the text, in backticks, with `…` for what differs. Texts of others have their name behind them, in parentheses.
"""

import re
import sys
from pathlib import Path

HEADING = re.compile(r"^### (.*`.*)$", re.MULTILINE)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
SOURCES = ["libkdb", "actors", "cmake", "CMakeLists.txt"]


def said(root):
    """Every string literal of the sources, those next to each other joined."""
    texts = []
    for place in SOURCES:
        files = [root / place] if (root / place).is_file() else sorted((root / place).rglob("*.?pp")) + sorted((root / place).rglob("*.cmake"))
        for file in files:
            source = re.sub(r'"\s*\n\s*"', "", file.read_text(encoding="utf-8"))
            texts += [text.replace('\\"', '"') for text in LITERAL.findall(source)]
            # Codes and reasons are printed as they are called.
            texts += re.findall(r"^  (\w+)(?: = \d+)?, +///<", source, re.MULTILINE)
    return texts


def faults(page, texts):
    for heading in HEADING.findall(page):
        if heading.endswith(")"):
            continue
        for quoted in re.findall(r"`([^`]+)`", heading):
            pieces = [piece.strip(" '") for piece in quoted.split("…")]
            for piece in filter(None, pieces):
                if not any(piece in text for text in texts):
                    yield f"docs/troubleshooting.md: libkdb never says '{piece}'"


def main():
    root = Path(sys.argv[1])
    page = (root / "docs/troubleshooting.md").read_text(encoding="utf-8")
    found = list(faults(page, said(root)))
    print(*found, f"{len(HEADING.findall(page))} texts, {len(found)} faults", sep="\n")
    return 1 if found or not HEADING.search(page) else 0


if __name__ == "__main__":
    sys.exit(main())
