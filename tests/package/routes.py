#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""routes.py installed|embedded ROOT BUILD WORK COMPILER [FLAGS]: follows docs/install.md to the letter, as a user would.

installed: installs BUILD into a prefix, and builds programs against it with CMake, pkg-config and Meson.
embedded: builds programs that have libkdb in their own build, by add_subdirectory and by FetchContent.
"""

import os
import shutil
import sys
import time
from pathlib import Path

from documented import Failed, Machine, Node, blocks, must_print_the_event

HERE = Path(__file__).resolve().parent


def step(name, started=[time.monotonic()]):
    now = time.monotonic()
    print(f"{name}: {now - started[0]:.1f} s", flush=True)
    started[0] = now


def needed(program):
    """Returns the libraries that a program names itself."""
    return [line.split("[")[1].rstrip("]") for line in os.popen(f"readelf -d '{program}'") if "(NEEDED)" in line]


def installed(root, build, machine, docs):
    # A clone of the repository in which the quick start has built.
    clone = machine.home / "libkdb"
    clone.mkdir()
    (clone / "build").symlink_to(build)
    machine.run(docs["install"], clone)
    prefix = machine.home / ".local"
    shared = bool(list(prefix.glob("lib/libkdb.so")))
    for file in prefix.rglob("*"):
        if file.suffix in (".pc", ".cmake") and str(prefix) in file.read_text():
            raise Failed(f"{file} names the prefix, and can't be moved")
    if list(prefix.rglob("FindCAF.cmake")):
        raise Failed("FindCAF.cmake is on the module path of programs")
    step("install")

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
        elif os.environ.get("CI") == "true":
            raise Failed("Meson is not here, and CI does not go without it")
        else:
            print("Meson is not here: skipped")
    components(machine)
    step("components")


def components(machine):
    """Each component on its own, by find_package and by pkg-config, in a project that finds CAF in its own way."""
    folder = machine.home / "components"
    shutil.copytree(HERE / "components", folder)
    machine.run('cmake -S . -B build -DCMAKE_PREFIX_PATH="$HOME/.local"\ncmake --build build --parallel 2', folder)
    for program in ("client", "actors", "sqlite", "prometheus", "typed_events", "devnode"):
        machine.run(f"build/{program}", folder)
    # The documented program was compiled with the flags of pkg-config; what differs between its modules is what they link.
    for program, modules in {"client": "kdb", "actors": "kdb-actors", "sqlite": "kdb-sqlite", "prometheus": "kdb-prometheus", "devnode": "kdb-devnode kdb"}.items():
        machine.run(f'export PKG_CONFIG_PATH="$HOME/.local/lib/pkgconfig"\n'
                    f'c++ build/CMakeFiles/{program}.dir/{program}.cpp.o -o with-{program} $(pkg-config --libs {modules}) '
                    f'-Wl,-rpath,"$HOME/.local/lib"\n./with-{program}', folder)


def embedded(root, build, machine, docs):
    """In CI one of the two projects compiles all of libkdb, which takes minutes where ccache does not have it; elsewhere only the program is compiled."""
    whole = os.environ.get("CI") == "true"
    # The commands are the documented ones. Debug code without symbols compiles fastest, and shows that the build type is the host's.
    environment = {"CMAKE_BUILD_TYPE": "Debug", "CXXFLAGS": "-O0 -g0", "CMAKE_GENERATOR": "Ninja", "CMAKE_BUILD_PARALLEL_LEVEL": "2",
                   "CCACHE_BASEDIR": str(machine.home)}
    checks = (HERE / "embedded/checks.cmake").read_text()
    with Node(build / "devnode/kdb-devnode", machine.environment) as node:
        documented = node.at(docs["embedded"])
        compile_program = f"{documented.splitlines()[0]}\nninja -C build CMakeFiles/program.dir/program.cpp.o"
        for name, options in {"add-subdirectory": "", "fetch-content": " -DFETCHCONTENT_SOURCE_DIR_LIBKDB=$PWD/libkdb"}.items():
            builds_all = whole and name == "add-subdirectory"
            commands = documented if builds_all else compile_program
            folder = machine.project(f"with-{name}", program_cpp=docs["program"], CMakeLists_txt=docs[f"{name}-project"] + checks)
            # The sources are those of this tree, not of a repository in the network.
            (folder / "libkdb").symlink_to(root)
            output = machine.run(commands.replace("-B build\n", f"-B build{options}\n"), folder, environment)
            if builds_all:
                must_print_the_event(output)
            if "devcluster.cpp" in machine.run("ninja -C build -t commands all", folder):
                raise Failed("a program that does not link the development node builds it")
            step(name)


def main():
    route, root, build, work, compiler, *flags = sys.argv[1:]
    machine = Machine(Path(work), compiler, " ".join(flags))
    try:
        {"installed": installed, "embedded": embedded}[route](Path(root), Path(build), machine, blocks(Path(root)))
    except Failed as failure:
        print(failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
