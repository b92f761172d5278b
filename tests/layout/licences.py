#!/usr/bin/env python3
"""licences.py ROOT [--update]: every source file says its licence in one of its first lines. --update adds the line where it is missing."""

import re
import sys
from pathlib import Path

import layout

LICENCE = "SPDX-License-Identifier: Apache-2.0"
# How a file of each kind begins a comment; kinds that are not here have none, or are data.
COMMENTS = {".cpp": "//", ".hpp": "//", ".proto": "//", ".mjs": "//", ".py": "#", ".cmake": "#", ".in": "#", ".supp": "#"}
FIRST_LINES = 20
WITHOUT = re.compile(r"^(cmake/(debian/|kdb\.pc\.in)|tests/data/|.*/data/)")


def comment_of(root, file):
    """Returns how the file begins a comment, or None if it needs no licence."""
    if WITHOUT.match(file):
        return None
    path = Path(file)
    if path.name == "CMakeLists.txt":
        return "#"
    if path.suffix == "" and (root / file).read_bytes().startswith(b"#!"):
        return "#"
    return COMMENTS.get(path.suffix)


def without_licence(root):
    for file in layout.files_of(root, skipped=layout.NOT_OURS):
        comment = comment_of(root, file)
        if comment and LICENCE not in "\n".join((root / file).read_text(encoding="utf-8").splitlines()[:FIRST_LINES]):
            yield file, comment


def add(path, comment):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = 0
    if lines and lines[0].startswith("#!"):
        # Below the comment that the program prints as its help.
        at = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    # A comment that is there already is about the file, and stays apart.
    apart = ["\n"] if at == 0 and lines and lines[0].startswith(comment) and not lines[0].startswith("#pragma") else []
    path.write_text("".join([*lines[:at], f"{comment} {LICENCE}\n", *apart, *lines[at:]]), encoding="utf-8")


def main():
    root = Path(sys.argv[1]).resolve()
    missing = list(without_licence(root))
    if "--update" in sys.argv[2:]:
        for file, comment in missing:
            add(root / file, comment)
        print(f"added to {len(missing)} files")
        return 0
    print(*(f"{file}:1: no {LICENCE}" for file, _ in missing), f"{len(missing)} files without a licence", sep="\n")
    if missing:
        print("run tests/layout/licences.py . --update")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
