# SPDX-License-Identifier: Apache-2.0
"""Runs test programs with KDB_TEST_SERVER, one after the other and twice, against one development node: the second time it is not fresh.

given_server.py DEVNODE insecure|tls PROGRAM [ARGUMENT...] [-- PROGRAM [ARGUMENT...]]...
"""

import os
import subprocess
import sys
import tempfile


def commands(arguments):
    """The programs with their arguments, which `--` separates."""
    all_of_them = [[]]
    for each in arguments:
        if each == "--":
            all_of_them.append([])
        else:
            all_of_them[-1].append(each)
    return all_of_them


def main(devnode, security, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        tls = ["--tls", folder] if security == "tls" else []
        with subprocess.Popen([devnode, "--port", "0", "--projections", *tls], stdout=subprocess.PIPE, text=True) as node:
            try:
                address = node.stdout.readline().strip()
                if not address:
                    raise SystemExit("the node did not start")
                uri = f"kurrentdb://admin:changeit@{address}?tlsCaFile={folder}/ca.crt" if tls else f"kurrentdb://{address}?tls=false"
                failed = False
                for turn in ("fresh", "used"):
                    for command in commands(arguments):
                        print(f"-- {turn} node: {' '.join(command)}", flush=True)
                        failed |= subprocess.run(command, env=dict(os.environ, KDB_TEST_SERVER=uri), check=False).returncode != 0
                return failed
            finally:
                node.kill()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
