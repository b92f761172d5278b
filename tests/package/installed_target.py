#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""installed_target.py BUILD: the target `installed` builds every file that `cmake --install` takes from the build directory."""

import re
import subprocess
import sys
from pathlib import Path


def main():
    build = Path(sys.argv[1])
    taken = set()
    for script in build.rglob("cmake_install.cmake"):
        taken |= set(re.findall(r'"' + re.escape(str(build)) + r'/([^"]+\.(?:a|so[.\d]*)|[^"]+/kdb-devnode|[^"]+/kdbctl)"', script.read_text()))
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", "installed"], capture_output=True, text=True, check=True).stdout
    built = set(commands.split())
    missing = sorted(taken - built)
    print(*(f"installed, and not built by `installed`: {file}" for file in missing), f"{len(taken)} files", sep="\n")
    return 1 if missing or not taken else 0


if __name__ == "__main__":
    sys.exit(main())
