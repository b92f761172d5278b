#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""symbols.py LIBRARY LIST [--update]: what a shared libkdb exports is what LIST says.

A symbol that is gone breaks programs that were linked before: raise KDB_ABI in CMakeLists.txt. A new one is a promise to keep. Inline
functions and what compilers make of templates are left out: they differ between compilers, and programs have their own.
"""

import subprocess
import sys
from pathlib import Path

STRONG = "TDBRi"


def exported(library):
    lines = subprocess.run(["nm", "--dynamic", "--defined-only", "--demangle", library], capture_output=True, text=True, check=True).stdout
    symbols = (line.split(" ", 2)[1:] for line in lines.splitlines() if len(line.split(" ", 2)) == 3)
    return sorted({name for kind, name in symbols if kind in STRONG})


def main():
    library, listed = sys.argv[1], Path(sys.argv[2])
    found = exported(library)
    if "--update" in sys.argv[3:]:
        listed.write_text("".join(name + "\n" for name in found))
    wanted = listed.read_text().splitlines()
    # nm leaves the longest names as they are.
    foreign = [name for name in found if "kdb::" not in name and not name.startswith(("_ZN3kdb", "_ZNK3kdb"))]
    problems = [f"does not belong to libkdb: {name}" for name in foreign]
    problems += [f"gone: {name}" for name in wanted if name not in found]
    problems += [f"not in the list: {name}" for name in found if name not in wanted]
    print(*problems, f"{len(found)} symbols, {len(problems)} problems", sep="\n")
    if problems:
        print(f"if that is meant: tests/package/symbols.py {library} {listed} --update")
    return 1 if problems or not found else 0


if __name__ == "__main__":
    sys.exit(main())
