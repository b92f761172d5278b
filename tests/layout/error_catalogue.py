#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""error_catalogue.py ROOT [--update]: docs/error-catalogue.md is what the comments of kdb/error.hpp say. --update writes it."""

import re
import sys
from pathlib import Path

HEADER = "libkdb/include/kdb/error.hpp"
PAGE = "docs/error-catalogue.md"
ENUMERATOR = re.compile(r"^  (\w+)(?: = (\d+))?, *///< (.*)$")
SECTION = re.compile(r"^  // -- (.*?) -*$")
TOP = """# Error catalogue

Every code of `kdb::errc`, from the comments of [kdb/error.hpp](../libkdb/include/kdb/error.hpp). [Errors](guide/errors.md) explains how to use them, [troubleshooting](troubleshooting.md) the usual texts.
*Detail* is the type that `error::get<…>()` returns. Numbers are stable.
"""


def enumerators(header, name):
    """Yields the enumerators of an enumeration with number and comment, and the titles between them as (None, None, title)."""
    body = re.search(rf"^enum class {name} .*?\{{\n(.*?)^\}};", header, re.MULTILINE | re.DOTALL)[1]
    joined = re.sub(r"\n +///< ", " ", re.sub(r"(,.*///<.*)\n +///< ", r"\1 ", body))
    number = -1
    for line in joined.splitlines():
        if title := SECTION.match(line):
            yield None, None, title[1]
        elif found := ENUMERATOR.match(line):
            number = int(found[2]) if found[2] else number + 1
            yield found[1], number, found[3]
        elif line.strip():
            raise SystemExit(f"{HEADER}: an enumerator of {name} without a comment: {line.strip()}")


def details(header):
    """The types of details with their comments and their members."""
    for found in re.finditer(r"^((?:/// .*\n)*)struct (\w+) \{\n((?:  .*\n)*)\};", header, re.MULTILINE):
        comment = " ".join(line.removeprefix("/// ") for line in found[1].splitlines())
        members = re.findall(r"^  [\w:<>]+ (\w+)(?: = .*?|\{\})?; *(?:///<? .*)?$", found[3], re.MULTILINE)
        yield found[2], comment, members


def detail_of(comment):
    """Splits a comment into its text and the detail that it names."""
    found = re.search(r"^(.*?) ?Detail: (.*)$", comment)
    return (found[1], found[2]) if found else (comment, "")


def catalogue(header):
    lines = [TOP]
    for name, number, comment in enumerators(header, "errc"):
        if name is None:
            title = comment[0].upper() + comment[1:]
            lines += [f"## {title}\n", "| code | number | | detail |", "|---|---|---|---|"]
            continue
        text, detail = detail_of(comment)
        lines.append(f"| `{name}` | {number} | {text} | {detail.rstrip('.')} |")
        if not text and not detail:
            raise SystemExit(f"{HEADER}: {name} has an empty comment")
    lines = "\n".join(lines).replace("|\n## ", "|\n\n## ").splitlines()
    kinds = re.findall(r"\w+", re.search(r"using error_detail = std::variant<std::monostate,(.*?)>;", header, re.DOTALL)[1])
    lines += ["", "## Details\n", "| type | members | |", "|---|---|---|"]
    for name, comment, members in details(header):
        if name in kinds:
            lines.append(f"| `{name}` | {', '.join(f'`{member}`' for member in members)} | {comment} |")
    lines += ["", "## Problems with TLS\n", "`tls_failure::problem`:\n", "| problem | |", "|---|---|"]
    lines += [f"| `{name}` | {comment} |" for name, _, comment in enumerators(header, "tls_problem")]
    return "\n".join(lines) + "\n"


def main():
    root, update = Path(sys.argv[1]), "--update" in sys.argv[2:]
    page, made = root / PAGE, catalogue((root / HEADER).read_text(encoding="utf-8"))
    if update:
        page.write_text(made, encoding="utf-8")
    elif not page.is_file() or page.read_text(encoding="utf-8") != made:
        print(f"{PAGE}: differs from {HEADER}; run tests/layout/error_catalogue.py . --update")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
