# SPDX-License-Identifier: Apache-2.0
"""The blocks of docs/install.md, and an environment in which nothing is set up to run them in."""

import os
import re
import shutil
import subprocess
from pathlib import Path

BLOCK = re.compile(r"^<!-- package: ([\w-]+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# The server of the documentation. Tests run next to others, and take a free port.
DOCUMENTED_NODE = "127.0.0.1:2113"


class Failed(Exception):
    pass


def blocks(root):
    """Returns the marked blocks of the page by their names. The README repeats some of them."""
    found = dict(BLOCK.findall((root / "docs/install.md").read_text()))
    for name, text in BLOCK.findall((root / "README.md").read_text()):
        if found.get(name) != text:
            raise Failed(f"README.md: the block '{name}' differs from docs/install.md")
    return found


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
