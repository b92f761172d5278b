# SPDX-License-Identifier: Apache-2.0
"""run.py COMPILER SOURCE_DIR

Compiles each program in this folder. Its lines "// expect: WORDS" are what the compiler has to say of it; without such a line the program
has to compile without a word.
"""

import re
import subprocess
import sys
from pathlib import Path


def check(compiler, source, program):
    text = program.read_text()
    expected = re.findall(r"^// expect: (.*)$", text, re.MULTILINE)
    command = [compiler, "-std=c++20", "-Wall", "-fsyntax-only", f"-I{source}/libkdb/include", f"-I{source}/actors/include", str(program)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    if not expected and said:
        return [f"{program.name} has to compile without a word:\n{said}"]
    return [f"{program.name}: '{words}' is not in what the compiler says:\n{said}" for words in expected if not re.search(words, said)]


def main():
    compiler, source = sys.argv[1], Path(sys.argv[2])
    programs = sorted(Path(__file__).parent.glob("*.cpp"))
    findings = [finding for program in programs for finding in check(compiler, source, program)]
    print("\n".join(findings) or f"{len(programs)} programs are taken and refused as they should be by {compiler}")
    sys.exit(1 if findings or not programs else 0)


if __name__ == "__main__":
    main()
