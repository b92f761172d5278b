#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The check of the layout must find what it is for: each case is a tree of a few files and what is wrong with it."""

import tempfile
import unittest
from pathlib import Path

import layout


class Layout(unittest.TestCase):
    def breaches(self, tree):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for file, text in tree.items():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).write_text(text)
            files = layout.files_of(root)
            sources = [file for file in files if file.endswith((".cpp", ".hpp"))]
            return [*layout.wrong_includes(root, sources), *layout.wrong_reach(root, sources), *layout.wrong_words(root, files),
                    *layout.unbuilt_tests(root, files), *layout.unmarked_namespaces(root, files)]

    def one(self, tree, expected):
        found = self.breaches(tree)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_an_include_down_the_layers_is_fine(self):
        self.assertEqual([], self.breaches({
            "libkdb/values/utf8.hpp": "#include <string>\n",
            "libkdb/policy/validate.cpp": '#include "libkdb/values/utf8.hpp"\n',
            "libkdb/wire/streams.cpp": '#include "libkdb/policy/validate.hpp"\n#include "kdb/event_store/client/streams.pb.h"\n',
            "libkdb/policy/validate.hpp": "",
        }))

    def test_policy_must_not_know_wire(self):
        self.one({"libkdb/wire/streams.hpp": "", "libkdb/policy/resume.cpp": '#include "libkdb/wire/streams.hpp"\n'},
                 "libkdb/policy/resume.cpp:1: must not know libkdb/wire/streams.hpp")

    def test_a_public_header_must_not_use_caf(self):
        self.one({"actors/include/kdb/client.hpp": "\n#include <caf/actor.hpp>\n"}, "client.hpp:2: must not use <caf/actor.hpp>")

    def test_a_public_header_must_not_use_boost_beyond_uuid(self):
        self.one({"libkdb/include/kdb/read.hpp": "#include <boost/asio.hpp>\n"}, "must not use <boost/asio.hpp>")

    def test_actors_see_the_transport_and_nothing_else_of_rpc(self):
        self.one({"libkdb/rpc/engine.hpp": "", "libkdb/rpc/transport.hpp": "",
                  "actors/workers/reader.cpp": '#include "libkdb/rpc/transport.hpp"\n#include "libkdb/rpc/engine.hpp"\n'},
                 "actors/workers/reader.cpp:2: must not know libkdb/rpc/engine.hpp")

    def test_actors_must_not_reach_protobuf_through_a_header_of_wire(self):
        self.one({"libkdb/wire/streams.hpp": '#include "kdb/event_store/client/streams.pb.h"\n',
                  "actors/workers/reader.cpp": '#include "libkdb/wire/streams.hpp"\n'},
                 "reaches <kdb/event_store/client/streams.pb.h> through libkdb/wire/streams.hpp")

    def test_only_optional_headers_reach_json(self):
        typed = {"libkdb/include/kdb/typed_events.hpp": "#include <nlohmann/json.hpp>\n",
                 "libkdb/include/kdb/event_handlers.hpp": "#include <kdb/typed_events.hpp>\n",
                 "actors/include/kdb/typed_actors.hpp": "#include <kdb/event_handlers.hpp>\n"}
        self.assertEqual([], self.breaches(typed))
        self.one(typed | {"libkdb/include/kdb/read.hpp": "#include <kdb/event_handlers.hpp>\n"},
                 "libkdb/include/kdb/read.hpp:1: reaches <nlohmann/json.hpp> through libkdb/include/kdb/typed_events.hpp")
        self.one(typed | {"actors/include/kdb/client.hpp": "#include <kdb/typed_events.hpp>\n"}, "actors/include/kdb/client.hpp:1: reaches <nlohmann/json.hpp>")

    def test_the_devnode_must_not_use_the_client(self):
        self.one({"libkdb/include/kdb/event.hpp": "", "devnode/store/log.cpp": "#include <kdb/event.hpp>\n"},
                 "devnode/store/log.cpp:1: must not know libkdb/include/kdb/event.hpp")

    def test_a_sample_uses_public_headers_alone(self):
        self.one({"libkdb/policy/resume.hpp": "", "samples/follow.cpp": '#include "libkdb/policy/resume.hpp"\n'},
                 "must not know libkdb/policy/resume.hpp")

    def test_a_test_that_is_not_built_is_found(self):
        self.one({"tests/wire/CMakeLists.txt": "kdb_test(wire SOURCES read_test.cpp)\n", "tests/wire/read_test.cpp": "",
                  "tests/wire/write_test.cpp": ""}, "tests/wire/write_test.cpp:1: is not built")

    def test_a_public_namespace_that_a_shared_library_would_hide_is_found(self):
        self.one({"libkdb/include/kdb/read.hpp": "namespace kdb {\ninline namespace KDB_API v0 {\n", "actors/include/kdb/client.hpp": "\nnamespace kdb::inline v0 {\n",
                  "libkdb/policy/resume.hpp": "namespace kdb::policy {\n"},
                 "actors/include/kdb/client.hpp:2: not exported")

    def test_a_name_that_says_nothing_is_found(self):
        self.one({"libkdb/policy/string_utils.cpp": ""}, "name the concept")

    def test_a_path_of_one_machine_is_found(self):
        self.one({"docs/index.md": "see /home/" + "somebody/notes\n"}, "docs/index.md:1: a path of one machine")

    def test_unfinished_business_is_found(self):
        self.one({"libkdb/values/event.cpp": "// TO" + "DO later\n"}, "belongs into an issue")


if __name__ == "__main__":
    unittest.main()
