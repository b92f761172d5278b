#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""routes.py installed|quickstart|embedded ROOT BUILD WORK COMPILER [FLAGS]: follows README.md and docs/install.md to the letter, as a user would.

installed: installs BUILD into a prefix, and builds programs against it with CMake, pkg-config and Meson.
quickstart: the same in a clone that scripts/quickstart builds. That takes an hour where ccache does not have it, so it waits for KDB_TEST_QUICKSTART=1.
embedded: builds programs that have libkdb in their own build, by add_subdirectory and by FetchContent.
"""

import os
import re
import shutil
import sys
import time
from pathlib import Path

from documented import (DOCUMENTED_NODE, FIRST_NODE, FIRST_OUTPUT, FIRST_PROGRAM, Failed, Machine, Node, blocks, must_print_the_event, the_one)

HERE = Path(__file__).resolve().parent
SKIPPED = 77


def step(name, started=[time.monotonic()]):
    now = time.monotonic()
    print(f"{name}: {now - started[0]:.1f} s", flush=True)
    started[0] = now


def needed(program):
    """Returns the libraries that a program names itself."""
    return [line.split("[")[1].rstrip("]") for line in os.popen(f"readelf -d '{program}'") if "(NEEDED)" in line]


def copy_of_tree(root, folder):
    """Makes a clone of the tree as it is, with what is not committed, and without what was built."""
    def left_out(at, names):
        return [name for name in names if name in (".git", ".cache", "node_modules", "__pycache__") or Path(at) == root and name.startswith("build")]

    shutil.copytree(root, folder, ignore=left_out, symlinks=True)
    return folder


def in_ci():
    return os.environ.get("CI") == "true"


def installed(root, build, machine, docs):
    # A clone of the repository in which the quick start has built.
    clone = machine.home / "libkdb"
    clone.mkdir()
    (clone / "build").symlink_to(build)
    quickstart, *install = docs["install"].splitlines()
    if not quickstart.startswith("scripts/quickstart ") or not os.access(root / "scripts/quickstart", os.X_OK):
        raise Failed(f"not the quick start, which has built: {quickstart}")
    machine.run("\n".join(install), clone)
    step("install")
    use(root, clone, machine, docs)


def quickstart(root, build, machine, docs):
    if os.environ.get("KDB_TEST_QUICKSTART") != "1":
        print("builds only with KDB_TEST_QUICKSTART=1: skipped")
        return SKIPPED
    clone = copy_of_tree(root, machine.home / "libkdb")
    environment = {"CCACHE_BASEDIR": str(clone)}
    machine.run(docs["install"], clone, environment)
    step("the quick start")
    machine.run(docs["build"], clone, environment)
    step("the build without the tour")
    use(root, clone, machine, docs)


def use(root, clone, machine, docs):
    """What users do after they have installed a clone."""
    check_files(machine)
    first_program(root, clone, machine, docs)
    programs(machine, docs)
    components(machine)
    step("components")


def check_files(machine):
    prefix = machine.home / ".local"
    for file in prefix.rglob("*"):
        if file.suffix in (".pc", ".cmake") and str(prefix) in file.read_text():
            raise Failed(f"{file} names the prefix, and can't be moved")
    if list(prefix.rglob("FindCAF.cmake")):
        raise Failed("FindCAF.cmake is on the module path of programs")


def first_program(root, clone, machine, docs):
    """README.md from its first program to what that prints: the program finds libkdb with nothing set up but what the page says."""
    page = (root / "README.md").read_text(encoding="utf-8")
    folder = machine.project("first", first_cpp=the_one(FIRST_PROGRAM, page), CMakeLists_txt=docs["first-project"])
    if docs["first-node"].rstrip() != the_one(FIRST_NODE, page):
        raise Failed(f"README.md does not start this server: {docs['first-node']}")
    node_program, *options = docs["first-node"].split()
    if options != ["--port", DOCUMENTED_NODE.rpartition(":")[2]]:
        raise Failed(f"the program does not look for this node: {options}")
    with Node(clone / node_program, machine.environment) as node:
        if not docs["first"].endswith("\nbuild/first\n"):
            raise Failed(f"the program is not run last:\n{docs['first']}")
        uri = f"'kurrentdb://{node.address}?tls=false'"
        output = machine.run(f"{docs['first'].rstrip()} {uri}", folder)
        if not output.endswith(the_one(FIRST_OUTPUT, page)):
            raise Failed(f"the program does not print what README.md shows:\n{output}")
        again = machine.run(f"if build/first {uri}; then exit 1; fi", folder)
        code = the_one(re.compile(r"Run it again, and it fails: `(\w+)`"), page)
        if code not in again:
            raise Failed(f"the second run does not fail with {code}:\n{again}")
    step("the first program")


def programs(machine, docs):
    """docs/install.md: its program in a project of CMake, by pkg-config, and in a project of Meson."""
    shared = (machine.home / ".local/lib/libkdb.so").exists()
    program = docs["program"]
    node_program = docs["node"].split('"')[1].replace("$HOME", str(machine.home))
    with Node(node_program, machine.environment) as node:
        folder = machine.project("with-cmake", program_cpp=program, CMakeLists_txt=docs["cmake-project"])
        must_print_the_event(machine.run(node.at(docs["cmake"]), folder))
        libraries = needed(folder / "build/program")
        if shared and any(name.startswith(("libcaf", "libgrpc", "libproto")) for name in libraries):
            raise Failed(f"a program of kdb::client links what is the library's own business: {libraries}")
        step("CMake")
        folder = machine.project("with-pkg-config", program_cpp=program)
        must_print_the_event(machine.run(node.at(docs["pkg-config"]), folder))
        machine.run('export PKG_CONFIG_PATH="$HOME/.local/lib/pkgconfig"\n'
                    'c++ ../with-cmake/build/CMakeFiles/program.dir/program.cpp.o -o static $(pkg-config --static --libs kdb)', folder)
        step("pkg-config")
        if shutil.which("meson", path=machine.environment["PATH"]):
            folder = machine.project("with-meson", program_cpp=program, meson_build=docs["meson-project"])
            must_print_the_event(machine.run(node.at(docs["meson"]), folder))
            step("Meson")
        elif in_ci():
            raise Failed("Meson is not here, and CI does not go without it")
        else:
            print("Meson is not here: skipped")


def components(machine):
    """Each component on its own, by find_package and by pkg-config, in a project that finds CAF in its own way."""
    folder = machine.home / "components"
    shutil.copytree(HERE / "components", folder)
    machine.run('cmake -S . -B build -DCMAKE_PREFIX_PATH="$HOME/.local"\ncmake --build build --parallel 2', folder)
    for program in ("client", "actors", "sqlite", "prometheus", "remote", "typed_events", "devnode"):
        machine.run(f"build/{program}", folder)
    # The documented program was compiled with the flags of pkg-config; what differs between its modules is what they link.
    for program, modules in {"client": "kdb", "actors": "kdb-actors", "sqlite": "kdb-sqlite", "prometheus": "kdb-prometheus", "remote": "kdb-remote", "devnode": "kdb-devnode kdb"}.items():
        machine.run(f'export PKG_CONFIG_PATH="$HOME/.local/lib/pkgconfig"\n'
                    f'c++ build/CMakeFiles/{program}.dir/{program}.cpp.o -o with-{program} $(pkg-config --libs {modules}) '
                    f'-Wl,-rpath,"$HOME/.local/lib"\n./with-{program}', folder)


def repository(root, machine, project):
    """The repository that a project fetches libkdb from: this tree, under the documented address and tag."""
    address, tag = the_one(re.compile(r"GIT_REPOSITORY (\S+) GIT_TAG (\S+?)\)"), project)
    version = ".".join(re.findall(r"^#define KDB_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", (root / "libkdb/include/kdb/version.hpp").read_text(), re.MULTILINE))
    if tag != f"v{version}":
        raise Failed(f"this is version {version}, and what is fetched is {tag}")
    folder = copy_of_tree(root, machine.home / "repository")
    machine.run(f"git config --global user.name nobody\ngit config --global user.email nobody@example.org\n"
                f"git config --global 'url.file://{folder}.insteadOf' '{address}'\n"
                f"git init --quiet\ngit add --all\ngit commit --quiet --message tree\ngit tag {tag}", folder)


def embedded(root, build, machine, docs):
    """In CI one of the two projects compiles all of libkdb, which takes minutes where ccache does not have it; elsewhere only the program is compiled."""
    whole = in_ci()
    repository(root, machine, docs["fetch-content-project"])
    # The commands are the documented ones. Debug code without symbols compiles fastest, and shows that the build type is the host's.
    environment = {"CMAKE_BUILD_TYPE": "Debug", "CXXFLAGS": "-O0 -g0", "CMAKE_GENERATOR": "Ninja", "CMAKE_BUILD_PARALLEL_LEVEL": "2",
                   "CCACHE_BASEDIR": str(machine.home)}
    checks = (HERE / "embedded/checks.cmake").read_text()
    with Node(build / "devnode/kdb-devnode", machine.environment) as node:
        documented = node.at(docs["embedded"])
        compile_program = f"{documented.splitlines()[0]}\nninja -C build CMakeFiles/program.dir/program.cpp.o"
        for name in ("add-subdirectory", "fetch-content"):
            builds_all = whole and name == "add-subdirectory"
            commands = documented if builds_all else compile_program
            folder = machine.project(f"with-{name}", program_cpp=docs["program"], CMakeLists_txt=docs[f"{name}-project"] + checks)
            if name == "add-subdirectory":
                (folder / "libkdb").symlink_to(root)
            output = machine.run(commands, folder, environment)
            if builds_all:
                must_print_the_event(output)
            if "devcluster.cpp" in machine.run("ninja -C build -t commands all", folder):
                raise Failed("a program that does not link the development node builds it")
            step(name)


def main():
    route, root, build, work, compiler, *flags = sys.argv[1:]
    machine = Machine(Path(work), compiler, " ".join(flags))
    try:
        follow = {"installed": installed, "quickstart": quickstart, "embedded": embedded}[route]
        return follow(Path(root).resolve(), Path(build), machine, blocks(Path(root))) or 0
    except Failed as failure:
        print(failure)
        return 1


if __name__ == "__main__":
    sys.exit(main())
