#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""debian.py ROOT PACKAGES WORK COMPILER: installs Debian packages into a root of their own, uses them there, and removes them.

dpkg works on the folder with a copy of this machine's list of packages, so that dependencies are really checked, and nothing of this
machine changes. Programs find the packages by the paths they are given: files are where they are on a machine, below that root.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from documented import Failed, Machine, Node, blocks, must_print_the_event

ORDER = ["libkdb0", "libkdb-dev", "libkdb-devnode-dev", "kdb-devnode", "kdbctl"]


class Root:
    """A root of a file system, with a dpkg database of its own."""

    def __init__(self, machine, folder):
        self.machine, self.folder, self.database = machine, folder, folder.with_name("dpkg")
        folder.mkdir()
        (self.database / "info").mkdir(parents=True)
        (self.database / "updates").mkdir()
        (self.database / "triggers").mkdir()
        shutil.copy("/var/lib/dpkg/status", self.database / "status")
        for name in ("available", "diversions", "statoverride"):
            (self.database / name).touch()
        # dpkg wants a list of files of every package; those of this machine's are not in this root.
        for package in machine.run("dpkg-query -W -f '${binary:Package}\\n'", folder).split():
            (self.database / f"info/{package}.list").touch()

        # Scripts of packages would run that of this machine.
        self.programs = folder.with_name("programs-for-dpkg")
        self.programs.mkdir()
        (self.programs / "ldconfig").write_text(f"#!/bin/sh\ntouch {self.programs}/ldconfig-was-run\n")
        (self.programs / "ldconfig").chmod(0o755)

    def dpkg(self, arguments):
        fake = "" if os.geteuid() == 0 else "fakeroot "
        path = {"PATH": f"{self.programs}:{self.machine.environment['PATH']}"}
        return self.machine.run(f"{fake}dpkg --admindir='{self.database}' --instdir='{self.folder}' --log=/dev/null "
                                f"--force-script-chrootless --no-triggers {arguments}", self.folder, path)

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))


def check_content(root):
    expected = ["usr/bin/kdb-devnode", "usr/share/man/man1/kdb-devnode.1.gz", "usr/bin/kdbctl", "usr/share/man/man1/kdbctl.1.gz",
                "usr/share/bash-completion/completions/kdbctl", "usr/share/zsh/vendor-completions/_kdbctl", "usr/include/kdb/client.hpp", "usr/include/kdb/devnode.hpp",
                "usr/include/kdb/typed_events.hpp", "usr/include/kdb/event_handlers.hpp", "usr/include/kdb/typed_actors.hpp"]
    files = root.files()
    missing = [file for file in expected if file not in files]
    missing += [name for name in ("libkdb.so", "libkdb.so.0", "libkdb_sqlite.a", "libkdb_prometheus.a", "libkdb_remote.a", "libkdb_devnode.a", "kdbConfig.cmake",
                                  "kdb.pc", "kdb-actors.pc", "kdb-sqlite.pc", "kdb-prometheus.pc", "kdb-remote.pc", "kdb-devnode.pc") if not any(f.endswith("/" + name) for f in files)]
    if missing:
        raise Failed(f"not in the packages: {missing}\n" + "\n".join(files))


def use(root, machine, docs):
    """The three consumers of the documentation, with the prefix of the packages in place of the documented one."""
    usr = root.folder / "usr"
    library = next(usr.glob("lib/*/libkdb.so")).parent
    environment = {"LD_LIBRARY_PATH": str(library)}

    def here(commands):
        return (commands.replace("$HOME/.local/lib/pkgconfig", f"{library}/pkgconfig").replace("$HOME/.local/lib", str(library))
                .replace("$HOME/.local", str(usr)))

    with Node(usr / "bin/kdb-devnode", machine.environment | environment) as node:
        for name, project in {"cmake": {"CMakeLists_txt": docs["cmake-project"]}, "pkg-config": {}, "meson": {"meson_build": docs["meson-project"]}}.items():
            if name == "meson" and not shutil.which("meson", path=machine.environment["PATH"]):
                print("Meson is not here: skipped")
                continue
            folder = machine.project(f"with-{name}", program_cpp=docs["program"], **project)
            must_print_the_event(machine.run(node.at(here(docs[name])), folder, environment))
            print(f"{name}: built and run", flush=True)
        machine.run(f"'{usr}/bin/kdbctl' ping --connection 'kurrentdb://{node.address}?tls=false'", machine.home, environment)
        print("kdbctl: run", flush=True)
    folder = machine.home / "components"
    shutil.copytree(Path(__file__).resolve().parent / "components", folder)
    machine.run(f"cmake -S . -B build -DCMAKE_PREFIX_PATH='{usr}'\ncmake --build build --parallel 2", folder, environment)
    for program in ("client", "actors", "sqlite", "prometheus", "remote", "typed_events", "devnode"):
        machine.run(f"build/{program}", folder, environment)
    print("components: built and run", flush=True)


def lint(machine, packages):
    if not shutil.which("lintian"):
        if os.environ.get("CI") == "true":
            raise Failed("lintian is not here, and CI does not go without it")
        print("lintian is not here: skipped")
        return
    user = "--allow-root" if os.geteuid() == 0 else ""
    print(machine.run(f"lintian {user} --fail-on error,warning --tag-display-limit 0 " + " ".join(f"'{file}'" for file in packages.values()), machine.home))


def main():
    root_folder, folder, work, compiler = (Path(argument) for argument in sys.argv[1:])
    machine = Machine(work, str(compiler))
    docs = blocks(root_folder)
    packages = {file.name.split("_")[0]: file for file in sorted(folder.glob("*.deb"))}
    try:
        if sorted(packages) != sorted(ORDER):
            raise Failed(f"the packages are {sorted(packages)}")
        root = Root(machine, machine.home.with_name("root"))
        root.dpkg("-i " + " ".join(f"'{packages[name]}'" for name in ORDER))
        if not (root.programs / "ldconfig-was-run").exists():
            raise Failed("the loader was not told of the libraries")
        check_content(root)
        use(root, machine, docs)
        root.dpkg("--purge " + " ".join(reversed(ORDER)))
        if root.files():
            raise Failed("left behind by the packages:\n" + "\n".join(root.files()))
        lint(machine, packages)
    except Failed as failure:
        print(failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
