#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""headers.py ROOT COMPILER [INCLUDE-DIRECTORY...]: every public header compiles alone; those without CAF,
Asio and nlohmann-json in them also without exceptions."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOLDERS = ["libkdb/include", "actors/include", "devnode/include"]
# CAF, Asio and nlohmann-json throw.
WITH_EXCEPTIONS = ["kdb/actors.hpp", "kdb/any_caf.hpp", "kdb/async_client.hpp", "kdb/caf_log.hpp", "kdb/competing_workers.hpp", "kdb/event_handlers.hpp", "kdb/pending_handlers.hpp", "kdb/remote.hpp", "kdb/typed_actors.hpp",
                   "kdb/typed_events.hpp"]
# Needs what Debian 13 has and Debian 12 has not.
WITH_OPENTELEMETRY = "kdb/opentelemetry.hpp"
FLAGS = ["-std=c++20", "-fsyntax-only", "-x", "c++", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]


def header_names(root):
    """The public headers, as they are included, that can be compiled here."""
    names = [path.relative_to(root / folder).as_posix() for folder in FOLDERS for path in sorted((root / folder).rglob("*.hpp"))]
    here = Path("/usr/include/opentelemetry").exists()
    return [name for name in names if here or name != WITH_OPENTELEMETRY]


def compiles(root, compiler, system, headers, *more):
    """Returns None, or what the compiler said."""
    includes = [word for folder in FOLDERS for word in ("-I", str(root / folder))]
    includes += [word for folder in system for word in ("-isystem", folder)]
    # Twice: a header without an include guard fails.
    text = "".join(f"#include <{header}>\n" for header in [*headers, *headers])
    done = subprocess.run([compiler, *FLAGS, *more, *includes, "-"], input=text, text=True, capture_output=True)
    return f"{' '.join([*headers, *more])}: does not compile\n{done.stderr}" if done.returncode else None


def main():
    root, compiler, *system = Path(sys.argv[1]), *sys.argv[2:]
    # The compiler's own folder would come out of its order.
    system = [folder for folder in system if folder not in ("", "/usr/include")]
    headers = header_names(root)
    plain = [header for header in headers if header not in WITH_EXCEPTIONS]
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(compiles, root, compiler, system, [header]) for header in headers]
        runs.append(pool.submit(compiles, root, compiler, system, plain, "-fno-exceptions"))
        failures = [run.result() for run in runs if run.result()]
    print(*failures, f"{len(headers)} headers, {len(failures)} failures", sep="\n")
    return 1 if failures or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
