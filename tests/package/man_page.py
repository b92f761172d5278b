#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""man_page.py PROGRAM PAGE: the manual page names the options that --help names, and no others."""

import re
import subprocess
import sys
from pathlib import Path

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def main():
    program, page = sys.argv[1:]
    told = set(OPTION.findall(subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout))
    described = set(OPTION.findall(Path(page).read_text().replace("\\-", "-")))
    print(*(f"not in the manual page: {option}" for option in sorted(told - described)),
          *(f"not in --help: {option}" for option in sorted(described - told)), f"{len(told)} options", sep="\n")
    return 0 if told and told == described else 1


if __name__ == "__main__":
    sys.exit(main())
