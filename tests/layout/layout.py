#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layout.py ROOT: what the tree must look like. Prints each breach as FILE:LINE: WHAT, and fails if there is one.

Layers, each knowing only those before it: proto, values, policy, wire, rpc, actors; devnode shares only proto/ with them; tools
and samples see public headers.
Long files get a warning, no more.
"""

import os
import re
import sys
from pathlib import Path

LONG_FILE = 400
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')

# -- parts of the tree ----------------------------------------------------------------

# Where includes are looked up: public headers below these, everything else from the root of the tree.
PUBLIC_ROOTS = ["libkdb/include", "actors/include", "devnode/include"]

# Which outside headers a part may use. The standard library is free for all.
BOOST_UUID = r"boost/uuid/.*"
BOOST_ENDIAN = r"boost/endian/.*"
PROTOBUF = r"google/protobuf/.*|.*\.pb\.h"
GRPC = r"grpc(pp)?/.*"
CAF = r"caf/.*"
OPENSSL = r"openssl/.*"
SQLITE = r"sqlite3\.h"
PROMETHEUS = r"prometheus/.*"
OPENTELEMETRY = r"opentelemetry/.*"
PCRE = r"pcre2\.h"
GLIBC = r"malloc\.h"
ASIO = r"boost/asio/.*"
JSON = r"nlohmann/json\.hpp"
CLI11 = r"CLI/CLI\.hpp"
TERMINAL = r"pwd\.h|spawn\.h|termios\.h"
POSIX = r"dlfcn\.h|fcntl\.h|pthread\.h|arpa/.*|netinet/.*|sys/.*|netdb\.h|unistd\.h|poll\.h"

# Part: the parts and the outside headers it may include itself. Order matters: the first prefix that fits a file names its part.
PARTS = [
    # prefix, parts it may see, outside headers it may see
    ("libkdb/include/kdb/opentelemetry.hpp", ["libkdb/include/kdb/"], [OPENTELEMETRY]),
    ("libkdb/include/kdb/typed_events.hpp", ["libkdb/include/kdb/"], [JSON]),
    ("libkdb/include/kdb/", ["libkdb/include/kdb/"], [BOOST_UUID]),
    ("libkdb/values/", ["libkdb/include/kdb/", "libkdb/values/"], [BOOST_UUID, JSON, OPENSSL, POSIX]),
    ("libkdb/policy/", ["libkdb/include/kdb/", "libkdb/values/", "libkdb/policy/"], [BOOST_UUID, BOOST_ENDIAN]),
    ("libkdb/wire/", ["libkdb/include/kdb/", "libkdb/values/", "libkdb/policy/", "libkdb/wire/", "proto/"],
     [JSON, BOOST_UUID, BOOST_ENDIAN, PROTOBUF]),
    ("libkdb/rpc/", ["libkdb/include/kdb/", "libkdb/values/", "libkdb/policy/", "libkdb/wire/", "libkdb/rpc/"],
     [BOOST_UUID, GRPC, OPENSSL, POSIX]),
    ("libkdb/prometheus/", ["libkdb/include/kdb/", "libkdb/values/", "libkdb/prometheus/"], [PROMETHEUS]),
    ("libkdb/sqlite/", ["libkdb/include/kdb/", "libkdb/values/", "libkdb/sqlite/"], [BOOST_UUID, SQLITE]),
    ("actors/include/kdb/actors.hpp", ["libkdb/include/kdb/", "actors/include/kdb/any_caf.hpp"], [CAF]),
    ("actors/include/kdb/any_caf.hpp", ["libkdb/include/kdb/export.hpp"], [CAF]),
    ("actors/include/kdb/caf_log.hpp", ["libkdb/include/kdb/", "actors/include/kdb/any_caf.hpp"], [CAF]),
    ("actors/include/kdb/competing_workers.hpp", ["libkdb/include/kdb/", "actors/include/kdb/"], [CAF]),
    ("actors/include/kdb/typed_actors.hpp", ["libkdb/include/kdb/", "actors/include/kdb/actors.hpp", "actors/include/kdb/any_caf.hpp"], [CAF]),
    ("actors/include/kdb/remote.hpp", ["libkdb/include/kdb/", "actors/include/kdb/actors.hpp"], [CAF]),
    ("actors/include/kdb/async_client.hpp", ["libkdb/include/kdb/", "actors/include/kdb/"], [BOOST_UUID, ASIO]),
    ("actors/include/kdb/pending_handlers.hpp", ["libkdb/include/kdb/export.hpp"], [ASIO, r"unistd\.h"]),
    ("actors/include/kdb/", ["libkdb/include/kdb/"], [BOOST_UUID]),
    ("actors/remote/", ["actors/remote/", "actors/pulling/asked_batches.hpp", "actors/include/kdb/", "libkdb/include/kdb/", "libkdb/values/recorded_event_builder.hpp", "libkdb/wire/batch_storage.hpp"],
     [CAF, OPENSSL]),
    ("actors/", ["actors/", "libkdb/include/kdb/", "libkdb/values/", "libkdb/policy/", "libkdb/wire/",
                 "libkdb/rpc/transport.hpp", "libkdb/rpc/grpc_transport.hpp", "libkdb/rpc/process.hpp", "libkdb/rpc/resolver.hpp"], [BOOST_UUID, CAF, ASIO]),
    ("devnode/include/kdb/", ["devnode/include/kdb/"], []),
    ("devnode/", ["devnode/", "proto/"], [PROTOBUF, GRPC, OPENSSL, SQLITE, PCRE, GLIBC, POSIX]),
    ("samples/remote_client.cpp", ["actors/include/kdb/", "devnode/include/kdb/"], [CAF, r"unistd\.h"]),
    ("samples/", ["samples/", "libkdb/include/kdb/", "actors/include/kdb/", "devnode/include/kdb/"], [BOOST_UUID, CAF, ASIO, PROMETHEUS]),
    ("tools/kdbctl/text/", ["libkdb/include/kdb/", "tools/kdbctl/text/"], [JSON]),
    ("tools/kdbctl/program/", ["libkdb/include/kdb/", "actors/include/kdb/", "tools/kdbctl/text/", "tools/kdbctl/program/"], [ASIO, CLI11, POSIX, TERMINAL]),
    ("tools/kdbctl/", ["libkdb/include/kdb/", "actors/include/kdb/", "devnode/include/kdb/", "tools/kdbctl/"], [POSIX, TERMINAL]),
]

# Parts that must not reach these headers by any way either: their files would take seconds to compile, or nobody could use them without one more library.
UNREACHABLE = {
    "actors/": re.compile(f"{PROTOBUF}|{GRPC}"),
    "actors/include/kdb/": re.compile(JSON),
    "libkdb/include/kdb/": re.compile(JSON),
}
# Headers for those who want just that.
OPTIONAL = {"libkdb/include/kdb/typed_events.hpp", "libkdb/include/kdb/event_handlers.hpp", "actors/include/kdb/typed_actors.hpp"}

# -- words ------------------------------------------------------------------------------

SOURCES = (".cpp", ".hpp", ".py", ".mjs", ".md", ".txt", ".cmake", ".json", "")
BAD_NAMES = re.compile(r"(^|[/_.-])(utils?|common|helpers?)([/_.-]|$)")
BAD_WORDS = [
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "unfinished business belongs into an issue", (".cpp", ".hpp", ".py", ".mjs")),
    (re.compile(r"caf/all\.hpp"), "include what is used of CAF", (".cpp", ".hpp")),
    (re.compile(r"^\s*using namespace(?! std::(chrono_|string_|)?literals)"), "a header opens no namespace", (".hpp",)),
    (re.compile(r"(?<![\w.~])/(work|home|root|Users)/\w"), "a path of one machine", SOURCES),
    (re.compile(r"\bcaf::detached\b|\bself->spawn<[^>]*detached"), "no detached actors: they can block the shutdown", (".cpp", ".hpp")),
]
# Not written for this tree, or not read by people.
NOT_OURS = re.compile(r"^(\.git(/|$)|build|\.cache/|tests/golden/(open|secured)/|tests/fuzz/corpus/|.*node_modules/|.*package-lock\.json)")
SKIPPED = re.compile(r"^(\.git(/|$)|build|\.cache/|tests/layout/|tests/golden/(open|secured)/|tests/fuzz/corpus/|.*node_modules/|.*package-lock\.json)")


def part_of(file):
    return next((part for part in PARTS if file.startswith(part[0])), None)


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1)


def resolve(root, file, name):
    """Returns the file of ours that an include means, or None for an outside header."""
    beside = (Path(file).parent / name).as_posix()
    for candidate in [f"{where}/{name}" for where in PUBLIC_ROOTS] + [name, beside]:
        if (root / candidate).is_file():
            return candidate
    return None


def is_standard(name):
    return "/" not in name and not name.endswith(".h")


def wrong_includes(root, files):
    for file in files:
        part = part_of(file)
        if part is None:
            continue
        _, parts, outside = part
        for number, name in includes(root / file):
            ours = resolve(root, file, name)
            if ours is not None:
                if not any(ours.startswith(allowed) for allowed in parts):
                    yield f"{file}:{number}: must not know {ours}"
            elif not is_standard(name) and not any(re.fullmatch(allowed, name) for allowed in outside):
                yield f"{file}:{number}: must not use <{name}>"


def reached(root, file, seen):
    """Outside headers that a file includes through files of ours, with the file that names each."""
    for _, name in includes(root / file):
        ours = resolve(root, file, name)
        if ours is None:
            yield name, file
        elif ours not in seen:
            seen.add(ours)
            yield from reached(root, ours, seen)


def wrong_reach(root, files):
    for prefix, forbidden in UNREACHABLE.items():
        for file in files:
            if file.startswith(prefix) and file not in OPTIONAL:
                for name, through in reached(root, file, {file}):
                    if forbidden.fullmatch(name):
                        yield f"{file}:1: reaches <{name}> through {through}"


def wrong_words(root, files):
    for file in files:
        if BAD_NAMES.search(file):
            yield f"{file}:1: a name that says nothing: name the concept"
        checks = [(word, why) for word, why, kinds in BAD_WORDS if Path(file).suffix in kinds]
        try:
            text = (root / file).read_text(encoding="utf-8") if checks else ""
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for word, why in checks:
                if word.search(line):
                    yield f"{file}:{number}: {why}: {line.strip()[:80]}"


def unbuilt_tests(root, files):
    """Tests that their folder does not build: nobody would run them."""
    for file in files:
        if file.startswith("tests/") and file.endswith("_test.cpp"):
            lists = root.joinpath(*Path(file).parts[:2], "CMakeLists.txt")
            text = lists.read_text(encoding="utf-8") if lists.is_file() else ""
            if "GLOB" not in text and Path(file).name not in text:
                yield f"{file}:1: is not built"


def long_files(root, files):
    for file in files:
        if file.endswith((".cpp", ".hpp")):
            lines = len((root / file).read_text(encoding="utf-8").splitlines())
            if lines > LONG_FILE:
                yield f"{file}:{lines}: warning: longer than {LONG_FILE} lines"


def unmarked_namespaces(root, files):
    """Namespaces of public headers that a shared libkdb would hide. What is marked in one header must be in all."""
    opened = []
    for file in files:
        if file.startswith(("libkdb/include/", "actors/include/")) and file.endswith(".hpp"):
            for number, line in enumerate((root / file).read_text(encoding="utf-8").splitlines(), 1):
                if re.match(r"inline namespace (KDB_API )?v0 \{|namespace kdb::", line):
                    opened.append((f"{file}:{number}", "KDB_API" in line))
    if any(marked for _, marked in opened):
        for place, marked in opened:
            if not marked:
                yield f"{place}: not exported: open it with `inline namespace KDB_API v0 {{` inside `namespace kdb {{`"


def files_of(root, skipped=SKIPPED):
    found = []
    for folder, folders, names in os.walk(root):
        at = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not skipped.match((at / name).as_posix() + "/")]
        found += [(at / name).as_posix() for name in names]
    return sorted(file for file in found if not skipped.match(file))


def main():
    root = Path(sys.argv[1]).resolve()
    files = files_of(root)
    sources = [file for file in files if file.endswith((".cpp", ".hpp"))]
    breaches = [*wrong_includes(root, sources), *wrong_reach(root, sources), *wrong_words(root, files), *unbuilt_tests(root, files),
                *unmarked_namespaces(root, files)]
    print(*long_files(root, sources), *breaches, sep="\n")
    print(f"{len(sources)} sources, {len(breaches)} breaches")
    return 1 if breaches or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
