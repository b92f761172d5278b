#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""lessons.py ROOT: every row of tests/lessons.md names tests that exist, or says what it waits for.

A test is named in backquotes: `FOLDER/SUITE/CASE` or `FOLDER/CASE` for a case of a Boost.Test program in tests/FOLDER,
`ctest:NAME` for a test that ctest knows by that name.
"""

import re
import sys
from pathlib import Path

CASE = re.compile(r"(?:KDB_(?:NODE_|LARGE_)?SCENARIO(?:_TABLE)?|BOOST_(?:AUTO|FIXTURE|DATA)_TEST_CASE(?:_F|_TEMPLATE)?)\s*\(\s*([\w ,]+)")
SUITE = re.compile(r"BOOST_(?:AUTO|FIXTURE)_TEST_SUITE\s*\(\s*(\w+)|BOOST_AUTO_TEST_SUITE_END")
NAME = re.compile(r"`([\w.:{}$/-]+)`")


def cases_of(root):
    """All names of cases, as FOLDER/CASE and FOLDER/SUITE/CASE."""
    names = set()
    for path in (root / "tests").rglob("*.cpp"):
        folder = path.relative_to(root / "tests").parts[0]
        suites = []
        for line in path.read_text().splitlines():
            suite = SUITE.search(line)
            if suite:
                suites.append(suite.group(1)) if suite.group(1) else suites.pop()
            for case in CASE.findall(line):
                # BOOST_DATA_TEST_CASE_F has the fixture first; BOOST_FIXTURE_TEST_CASE the name first.
                for word in case.replace(" ", "").split(","):
                    names.add("/".join([folder, word]))
                    names.add("/".join([folder, *suites, word]))
    return names


def ctest_names(root):
    text = "".join(path.read_text() for path in [*root.glob("tests/**/CMakeLists.txt"), *root.glob("samples/**/CMakeLists.txt")])
    names = set(re.findall(r"add_test\s*\(\s*NAME\s+([\w.-]+)", text))
    names |= set(re.findall(r"kdb_test\s*\(\s*([\w.-]+)", text))
    names |= {f"sample.{name}" for name in re.findall(r"kdb_sample\s*\(\s*([\w.-]+)", text)}
    names |= {f"layout.{name}" for name in re.findall(r"kdb_layout\s*\(\s*([\w.-]+)", text)}
    names |= {f"package.{name}" for name in re.findall(r"kdb_package_test\s*\(\s*([\w.-]+)", text)}
    names |= {path.stem for path in root.glob("tests/fuzz/*_fuzz.cpp")}
    return names


def faults(root):
    cases, programs = cases_of(root), ctest_names(root)
    rows = 0
    for number, line in enumerate((root / "tests/lessons.md").read_text().splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 3 or cells[0] in ("Lesson", "") or set(cells[0]) <= set("-: "):
            continue
        rows += 1
        tests = NAME.findall(cells[2])
        if not tests and "waits for" not in cells[2] and "decided:" not in cells[2]:
            yield f"tests/lessons.md:{number}: neither a test nor what it waits for"
        for test in tests:
            known = test[6:] in programs if test.startswith("ctest:") else test in cases
            if not known:
                yield f"tests/lessons.md:{number}: no test is called {test}"
    if not rows:
        yield "tests/lessons.md: no rows"


def main():
    found = list(faults(Path(sys.argv[1])))
    print(*found, f"{len(found)} faults", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
