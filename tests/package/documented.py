# SPDX-License-Identifier: Apache-2.0
"""The blocks of the pages that tell how to install libkdb, and an environment in which nothing is set up to run them in.

documented.py ROOT: every command and every file on these pages is run by a test. A block of code without a mark, or with one that no
test knows, is a fault.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

PAGES = ["README.md", "docs/install.md", "docs/getting-started.md"]
# The blocks that routes.py and debian.py run.
RUN = {"install", "build", "first-project", "first-node", "first", "program", "node", "cmake-project", "cmake", "pkg-config", "meson-project", "meson",
       "add-subdirectory-project", "fetch-content-project", "embedded"}
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^ *<!-- package: ([\w-]+) -->$")
# Tested elsewhere: samples/, and what they print. Or there is a reason why not.
OTHER_MARK = re.compile(r"^ *<!-- (samples/|output: |not run: \w)")
FIRST_PROGRAM = re.compile(r"^<!-- samples/getting_started/blocking\.cpp -->\n```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST_OUTPUT = re.compile(r"^<!-- output: getting-started -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST_NODE = re.compile(r"Start a server, `([^`\n]+)`")

# The server of the documentation. Tests run next to others, and take a free port.
DOCUMENTED_NODE = "127.0.0.1:2113"


class Failed(Exception):
    pass


def blocks_of(pages):
    """Returns the blocks of texts by their names, and what is wrong with them. Pages repeat some of the blocks."""
    found, faults = {}, []
    for page, text in pages.items():
        for block in BLOCK.finditer(text):
            before = text[:block.start()].rstrip("\n").rpartition("\n")[2]
            mark, content = MARK.match(before), textwrap.dedent(block[3])
            if mark and mark[1] not in RUN:
                faults.append(f"{page}: no test knows the block '{mark[1]}'")
            elif mark and found.setdefault(mark[1], content) != content:
                faults.append(f"{page}: the block '{mark[1]}' differs from that of another page")
            elif not mark and not OTHER_MARK.match(before):
                faults.append(f"{page}: no test runs:\n{content}")
    faults += [f"there is no block '{name}'" for name in sorted(RUN - found.keys())]
    return found, faults


def blocks(root):
    """Returns the marked blocks of the pages by their names."""
    found, faults = blocks_of({page: (root / page).read_text(encoding="utf-8") for page in PAGES})
    if faults:
        raise Failed("\n".join(faults))
    return found


def the_one(pattern, text):
    """Returns what stands in the only place that the pattern fits."""
    found = pattern.findall(text)
    if len(found) != 1:
        raise Failed(f"{len(found)} places for {pattern.pattern}")
    return found[0]


class Machine:
    """A home directory without anything in it, and an environment without any settings."""

    def __init__(self, folder, compiler, flags=""):
        shutil.rmtree(folder, ignore_errors=True)
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        # The compiler, and the sanitizers, of the tree under test.
        programs = folder / "programs"
        programs.mkdir()
        if flags:
            (programs / "c++").write_text(f'#!/bin/sh\nexec "{compiler}" {flags} "$@"\n')
            (programs / "c++").chmod(0o755)
        else:
            (programs / "c++").symlink_to(compiler)
        self.environment = {"HOME": str(self.home), "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
        self.environment |= {name: os.environ[name] for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
        # Objects from the cache change nothing but the time it takes.
        cache = os.environ.get("CCACHE_DIR", str(Path.home() / ".cache/ccache"))
        self.environment |= {"CCACHE_DIR": cache, "CCACHE_NOHASHDIR": "1", "CMAKE_CXX_COMPILER_LAUNCHER": shutil.which("ccache") or ""}

    def run(self, commands, folder, environment=()):
        """Runs lines of a shell; fails with what they printed."""
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=folder, env=self.environment | dict(environment),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise Failed(f"in {folder}, exit {done.returncode}:\n{commands}\n{done.stdout}")
        return done.stdout

    def project(self, name, **files):
        """Makes a folder with files; `CMakeLists_txt` is called CMakeLists.txt there."""
        folder = self.home / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file.replace("_", ".")).write_text(text)
        return folder


class Node:
    """A development node on a free port, for as long as the block lasts."""

    def __init__(self, program, environment):
        self.program, self.environment = program, environment

    def __enter__(self):
        self.process = subprocess.Popen([self.program, "--port", "0"], env=self.environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise Failed(f"{self.program} did not start: exit {self.process.wait()}")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def at(self, commands):
        """Returns documented commands for this node in place of the documented one."""
        if DOCUMENTED_NODE not in commands:
            raise Failed(f"no {DOCUMENTED_NODE} in:\n{commands}")
        return commands.replace(DOCUMENTED_NODE, self.address)


def must_print_the_event(output):
    if 'order-placed {"sku": 7}' not in output:
        raise Failed(f"the program did not print its event:\n{output}")


def main():
    try:
        found = blocks(Path(sys.argv[1]))
    except Failed as failure:
        print(failure)
        return 1
    print(f"{len(found)} blocks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
