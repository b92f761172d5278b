#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""other_clients.py ROOT: the page for users of other clients names what libkdb has, and all of it.

In docs/from-another-client.md each table has a column "libkdb". A cell of it names operations in backquotes, or begins with "none yet".
`name` is a member function of the blocking client, `class::name` a member of a class in a public header. Every operation that the client
offers is in one of these cells.

Each of these tables also has a column "test", with links to tests in which all of the row's names occur, or "none: " and the reason. A test
without any of them is a fault, too.
"""

import re
import sys
from pathlib import Path

PAGE = "docs/from-another-client.md"
LIST = "libkdb/include/kdb/operation_list.hpp"
CLIENT = "actors/include/kdb/client.hpp"
HEADERS = ["libkdb/include/kdb", "actors/include/kdb"]
# Operations that are streams are not in the list of operations.
STREAMS = ["read_stream", "read_all", "subscribe_to_stream", "subscribe_to_all", "consume", "watch_statistics"]
NOTHING = "none yet"
NO_TEST = "none: "


def code(path):
    """The text of a header without comments."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def body(text, name):
    """What stands directly in the body of a class, without the bodies in it. None if the text does not define the class."""
    start = re.search(rf"\b(?:class|struct)\s+(?:\[\[\w+\]\]\s+)?(?:KDB_API\s+)?{name}\b[^;{{(]*\{{", text)
    if not start:
        return None
    depth, found = 1, []
    for letter in text[start.end():]:
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            break
        # A body or an initialiser ends what was declared.
        found.append(letter if depth == 1 else ";" if letter == "{" and depth == 2 else "")
    return "".join(found)


def functions(text):
    return set(re.findall(r"\b(\w+)\s*\(", text or ""))


def words(text):
    return set(re.findall(r"\w+", text or ""))


def members_of(root, name):
    """All words in the bodies of classes of that name, in the public headers."""
    headers = [path for folder in HEADERS for path in sorted((root / folder).glob("*.hpp"))]
    return set().union(*(words(body(code(path), name)) for path in headers))


def operations(root):
    return re.findall(r"\bX\((\w+)\)", code(root / LIST)) + STREAMS


def rows(page):
    """The rows of the tables with a column "libkdb": the number of the line, that cell, and the cell of the column "test", None without that column."""
    head = None
    for number, line in enumerate(page.splitlines(), 1):
        if not line.startswith("|"):
            head = None
            continue
        row = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if head is None:
            head = row
        elif "libkdb" in head and not set(line) <= set("|-: "):
            cell = dict(zip(head, row))
            yield number, cell.get("libkdb", ""), cell.get("test", "") if "test" in head else None


def faults_of_test(root, names, cell):
    """What is wrong with the test of a row that has these names."""
    if cell is None:
        yield "the table has no column test"
        return
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", cell)
    if not links and not re.match(rf"{NO_TEST}\S", cell):
        yield f"neither a link to a test nor '{NO_TEST}' and a reason"
    wanted = {name.rpartition("::")[2] for name in names}
    known = set()
    for link in links:
        path = (root / PAGE).parent / link
        if not path.is_file() or not path.resolve().is_relative_to((root / "tests").resolve()):
            yield f"{link} is not a file of the tests"
            continue
        found = wanted & words(path.read_text(encoding="utf-8"))
        if wanted and not found:
            yield f"{link} knows none of {', '.join(names)}"
        known |= found
    if known and known != wanted:
        yield f"no test knows {', '.join(sorted(wanted - known))}"


def faults(root):
    client = functions(body(code(root / CLIENT), "client"))
    if not client:
        yield f"{CLIENT}: no class client"
    named = set()
    count = 0
    for number, cell, test in rows((root / PAGE).read_text(encoding="utf-8")):
        count += 1
        names = re.findall(r"`([\w:]+)", cell)
        if not names and not cell.startswith(NOTHING):
            yield f"{PAGE}:{number}: neither an operation nor '{NOTHING}'"
        for name in names:
            owner, _, member = name.rpartition("::")
            if owner and member not in members_of(root, owner):
                yield f"{PAGE}:{number}: {owner} has no member {member}"
            if not owner and name not in client:
                yield f"{PAGE}:{number}: the client has no function {name}"
        for fault in faults_of_test(root, names, test):
            yield f"{PAGE}:{number}: {fault}"
        if not cell.startswith(NOTHING):
            named.update(names)
    listed = operations(root)
    for operation in listed:
        if operation not in named:
            yield f"{PAGE}:1: {operation} is missing"
    if not count or len(listed) == len(STREAMS):
        yield f"{PAGE}:1: nothing to compare"


def main():
    found = list(faults(Path(sys.argv[1])))
    print(*found, f"{len(found)} faults", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
