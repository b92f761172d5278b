#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""first_program.py ROOT NODE PROGRAM: a program of "Getting started" prints on a new development node what the documentation shows.

The output stands in a block after the line `<!-- output: getting-started -->`, in each page that shows it.
"""

import re
import subprocess
import sys
from pathlib import Path

OUTPUT = re.compile(r"^<!-- output: getting-started -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = ["README.md", "docs/getting-started.md"]


def output_on_a_new_node(node, program):
    with subprocess.Popen([node, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        try:
            address = server.stdout.readline().strip()
            done = subprocess.run([program, f"kurrentdb://{address}?tls=false"], stdout=subprocess.PIPE, text=True, check=True, timeout=30)
            return done.stdout
        finally:
            server.terminate()


def main():
    root, node, program = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    printed = output_on_a_new_node(node, program)
    faults = 0
    for page in PAGES:
        shown = OUTPUT.findall((root / page).read_text(encoding="utf-8"))
        if not shown:
            print(f"{page}: shows no output")
        elif any(each != printed for each in shown):
            print(f"{page} shows:\n{shown}\nthe program prints:\n{printed}")
        else:
            continue
        faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
