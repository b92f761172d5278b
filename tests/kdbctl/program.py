# SPDX-License-Identifier: Apache-2.0
"""Runs kdbctl and development nodes for tests. A test is a function whose name begins with `test_`; `main` runs all of a module."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

PATIENCE = 120  # seconds; a loaded machine is slow


class Node:
    """A development node, or a cluster, on free ports. A cluster is told on its standard input what to do."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([program, "--port", "0", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise AssertionError(f"the node did not start: exit {self.process.wait()}")
        self.connection = f"kurrentdb://{self.address}?tls=false"

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = []
        while not answer or not answer[-1].startswith(("ok", "error")):
            answer.append(self.process.stdout.readline().strip())
        assert answer[-1] == "ok", answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Done:
    def __init__(self, process, arguments):
        self.status, self.arguments = process.returncode, arguments
        self.bytes, self.out = process.stdout, process.stdout.decode(errors="replace")
        self.err = process.stderr.decode(errors="replace")

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def value(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"kdbctl {self.arguments}: exit {self.status}\n--- stdout\n{self.out[-3000:]}\n--- stderr\n{self.err[-3000:]}"


class Program:
    """kdbctl with a home of its own and a connection."""

    def __init__(self, program, connection=None):
        self.program = program
        self.home = Path(tempfile.mkdtemp(prefix="kdbctl-test-"))
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        if connection:
            self.environment["KURRENTDB_CONNECTION_STRING"] = connection

    def run(self, *arguments, input=b"", status=0, **environment):
        data = input.encode() if isinstance(input, str) else input
        done = Done(subprocess.run([self.program, *map(str, arguments)], input=data, capture_output=True, timeout=PATIENCE, check=False,
                                   cwd=self.home, env=self.environment | environment), arguments)
        assert done.status == status, f"expected exit {status}: {done!r}"
        return done

    def start(self, *arguments, **options):
        return subprocess.Popen([self.program, *map(str, arguments)], cwd=self.home, env=self.environment | options.pop("environment", {}), **options)

    def file(self, name, content):
        path = self.home / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.home, ignore_errors=True)


def wait_until(condition, sought):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError(f"it did not happen in {PATIENCE} s: {sought}")


def contains(text, *parts):
    for part in parts:
        assert part in text, f"'{part}' is not in:\n{text}"


def main(module):
    """PROGRAM KDB_DEVNODE [TEST...]: each test gets both paths."""
    kdbctl, devnode, *chosen = sys.argv[1:]
    kdbctl, devnode = os.path.abspath(kdbctl), os.path.abspath(devnode)  # programs run in homes of their own
    tests = {name: test for name, test in module.items() if name.startswith("test_") and (not chosen or name in chosen)}
    failed = 0
    for name, test in tests.items():
        start = time.monotonic()
        try:
            test(kdbctl, devnode)
            print(f"ok      {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
    print(f"{len(tests)} tests, {failed} failed")
    sys.exit(1 if failed or not tests else 0)
