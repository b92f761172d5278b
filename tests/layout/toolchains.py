#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""toolchains.py ROOT COMPILER... [-- COMPILER...]: each compiler takes all public headers, and a program that uses all operations, in C++20
and in C++23, without a warning; those before the dashes also take the samples, in C++20.

Without a compiler it says so and exits with 77.
"""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from headers import FLAGS, FOLDERS, header_names

# Asio 1.74 looks for the coroutines that clang had before C++20.
COROUTINES = "-DBOOST_ASIO_HAS_CO_AWAIT=1"
# clang 14 and GCC 12 know C++23 under its earlier name, and newer ones too.
STANDARDS = ["c++20", "c++2b"]


def said_by(command):
    """What a compiler says; nothing if it takes the text without a warning."""
    done = subprocess.run(command, text=True, capture_output=True)
    return f"{' '.join(command)}:\n{done.stderr}\n" if done.returncode or done.stderr else ""


def check(root, compiler, folder, standard, programs):
    """Compiles all headers once, into a file, and each of the programs on top of that."""
    includes = [word for include in FOLDERS for word in ("-I", str(root / include))]
    command = [compiler, *(flag for flag in FLAGS if flag not in ("-std=c++20", "-fsyntax-only", "-x", "c++")), f"-std={standard}", COROUTINES]
    headers = folder / f"{Path(compiler).name}-{standard}.hpp"
    headers.write_text("".join(f"#include <{header}>\n" for header in header_names(root)))
    said = said_by([*command, *includes, "-x", "c++-header", str(headers), "-o", f"{headers}.gch"])
    if said:
        return said
    # GCC finds the compiled headers by the name of the file, clang too.
    on_top = [*command, *includes, "-fsyntax-only", "-include", str(headers)]
    return "".join(said_by([*on_top, str(program)]) for program in programs)


def main():
    root, words = Path(sys.argv[1]), sys.argv[2:]
    dashes = words.index("--") if "--" in words else len(words)
    compilers = words[:dashes] + words[dashes + 1 :]
    operations = Path(__file__).resolve().parent / "every_operation.cpp"
    samples = sorted((root / "samples").rglob("*.cpp"))
    if not compilers:
        print("no clang here: skipped")
        return 77
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(check, root, compiler, Path(folder), standard, [operations, *samples] if index < dashes and standard == "c++20" else [operations])
            for index, compiler in enumerate(compilers)
            for standard in STANDARDS
        ]
        findings = [run.result() for run in runs if run.result()]
    print(*findings, f"{', '.join(compilers)}: {len(findings)} of {len(runs)} runs have findings", sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
