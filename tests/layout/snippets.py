#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""snippets.py ROOT [--update]: code in the documentation is code of the samples, which run as tests.

A block in a Markdown file that follows the line `<!-- samples/FILE.cpp NAME -->` must equal what stands in that file between
`// docs: NAME` and `// docs: end`, with the indentation of its first line removed. After `<!-- samples/FILE.cpp -->` stands the whole
file, without the comment at its top and these marks. --update writes the blocks anew. There is no other C++ in the documentation, except for
what tests/package runs.
"""

import re
import sys
import textwrap
from pathlib import Path

BLOCK = re.compile(r"^<!-- (samples/[\w/]+\.cpp)( [\w-]+)? -->\n```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^<!-- samples/", re.MULTILINE)
UNMARKED = re.compile(r"(?<! -->\n)^ *```(?:cpp|c\+\+)\n(.*)", re.MULTILINE)


def region(root, file, name):
    if not name:
        program = re.sub(r"\A(//.*\n|\n)+", "", (root / file).read_text(encoding="utf-8"))
        return re.sub(r"^ *// docs: .*\n", "", program, flags=re.MULTILINE)
    found = re.search(rf"^ *// docs: {re.escape(name)}\n(.*?)^ *// docs: end$", (root / file).read_text(), re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"{file}: no region '{name}'")
    return textwrap.dedent(found.group(1))


def main():
    root, update = Path(sys.argv[1]), "--update" in sys.argv[2:]
    stale = blocks = 0
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        text = page.read_text()

        def fresh(match):
            return f"<!-- {match[1]}{match[2] or ''} -->\n```cpp\n{region(root, match[1], (match[2] or '').strip())}```"

        renewed, count = BLOCK.subn(fresh, text)
        if count != len(MARK.findall(text)):
            print(f"{page}: a mark is not followed by a block of code")
            stale += 1
        for line in UNMARKED.findall(text):
            print(f"{page}: C++ that no test compiles: {line}")
            stale += 1
        blocks += count
        if renewed != text and update:
            page.write_text(renewed)
        elif renewed != text:
            print(f"{page}: differs from its samples; run tests/layout/snippets.py . --update")
            stale += 1
    print(f"{blocks} blocks, {stale} pages with faults")
    return 1 if stale or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())
