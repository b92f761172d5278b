#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""transfer.py KDBCTL KDB_DEVNODE: export and import, and what is left of them after kill -9."""

import base64
import json
import random
import signal
import subprocess
import time
import uuid

from program import Node, Program, contains, main, wait_until


def awkward_lines(seed, count, streams):
    """Lines with all forms of data, in streams that take turns."""
    chance = random.Random(seed)
    forms = [lambda n: {"data": {"n": n, "text": "ä\u20ac \U0001F600 \"quoted\" \\ \n"}}, lambda n: {"data": n * 1.5}, lambda n: {"dataText": f"not json {n}"},
             lambda n: {"dataBase64": base64.b64encode(bytes([255, n % 256, 0])).decode(), "contentType": "application/octet-stream"},
             lambda n: {"data": f"text {n}", "metadata": {"$correlationId": str(n)}}, lambda n: {"metadataText": "\tmeta\x01"}, lambda n: {}]
    for number in range(count):
        line = {"stream": chance.choice(streams), "type": f"type-{number % 5}", "id": str(uuid.UUID(int=chance.getrandbits(128)))}
        yield json.dumps(line | forms[number % len(forms)](number), ensure_ascii=chance.random() < 0.5)


def test_export_import_export_is_byte_equal(kdbctl, devnode):
    streams = ["orders-1", "orders-2", "päckchen", "with \"quotes\" and = signs"]
    with Node(devnode) as one, Node(devnode) as other, Program(kdbctl) as program:
        program.run("import", "-", "-c", one.connection, input="\n".join(awkward_lines(1, 3000, streams)) + "\n")
        program.run("export", "$all", "-c", one.connection, "--file", "first")
        contains(program.run("import", "first", "--verify", "-c", other.connection).err, "imported 3,000 lines", "verified 3,000 events of 4 streams")
        program.run("export", "$all", "-c", other.connection, "--file", "second")
        first = (program.home / "first").read_bytes()
        assert first.count(b"\n") == 3000
        assert first == (program.home / "second").read_bytes()
        # One stream, through a pipe.
        piped = program.run("export", *streams, "-c", one.connection)
        assert sorted(piped.bytes.splitlines()) == sorted(first.splitlines())
        # And with what another server would give anew.
        full = program.run("export", "orders-1", "--full", "-c", one.connection).lines()
        assert [line["revision"] for line in full] == list(range(len(full))) and "created" in full[0]


def test_an_import_that_was_killed_goes_on_without_loss_and_repetition(kdbctl, devnode):
    count, killed = 150_000, 0
    chance = random.Random(3)
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        # Streams that were there before, and lines with and without ids.
        program.run("append", "s0", "-t", "before")
        lines = [f'{{"stream":"s{n // 300 % 7}","type":"t",' + (f'"id":"{uuid.UUID(int=n + 1)}",' if n % 2 else "") + f'"data":{n}}}' for n in range(count)]
        program.file("lines", "\n".join(lines) + "\n")
        checkpoint = program.home / "lines.checkpoint"

        def imported():
            return json.loads(checkpoint.read_text())["lines"] if checkpoint.exists() else 0
        while killed < 6:
            running = program.start("import", "lines", stderr=subprocess.DEVNULL)
            begun = imported()
            wait_until(lambda: imported() > begun or running.poll() is not None, "a block was imported")
            time.sleep(chance.random() * 0.03)  # anywhere in a block
            running.kill()
            if running.wait() == 0:
                break
            killed += 1
        assert killed > 1, "the import was too fast to be killed"
        said = program.run("import", "lines", "--verify").err
        contains(said, *(["continues after", f"imported {count:,} lines", "verified"] if killed == 6 else ["was imported already"]))
        seen = [line["data"] for stream in range(7) for line in program.run("read", f"s{stream}").lines() if line["type"] == "t"]
        assert sorted(seen) == list(range(count)), f"{len(seen)} events, {len(set(seen))} different ones"
        contains(program.run("import", "lines").err, "was imported already")


def test_an_import_that_is_interrupted_says_how_far_it_came(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.file("lines", '{"stream":"s","type":"t","data":"%s"}\n' % ("x" * 200) * 60_000)
        running = program.start("import", "lines", stderr=subprocess.PIPE)
        wait_until((program.home / "lines.checkpoint").exists, "the import has begun")
        running.send_signal(signal.SIGINT)
        assert running.wait() == 130
        contains(running.stderr.read().decode(), "interrupted: imported", "the same command continues there")
        program.run("import", "lines")
        assert program.run("stream", "show", "s").value()["lastRevision"] == 59_999


def test_an_export_that_was_killed_goes_on(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("import", "-", input='{"stream":"s","type":"t","data":"%s"}\n' % ("x" * 500) * 15_000)
        program.run("export", "$all", "--file", "whole")
        file = program.home / "part"
        running = program.start("export", "$all", "--file", "part", stderr=subprocess.DEVNULL)
        wait_until(lambda: file.exists() and file.stat().st_size > 500_000 or running.poll() is not None, "a part was exported")
        running.kill()
        killed = running.wait() != 0
        done = program.run("export", "$all", "--file", "part", *([] if killed else ["--force"]))
        assert (program.home / "whole").read_bytes() == file.read_bytes(), done
        assert not (program.home / "part.checkpoint").exists()
        contains(program.run("export", "$all", "--file", "part", status=2).err, "--force")


def test_wrong_lines_stop_an_import_behind_those_before_them(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.file("lines", '{"stream":"s","type":"t"}\n{"stream":"s","type":"t"}\n{"stream":"s"}\n')
        contains(program.run("import", "lines", status=7).err, "imported 2 lines", "line 3", "'type' is missing")
        program.file("lines", '{"stream":"s","type":"t"}\n{"stream":"s","type":"t"}\n{"stream":"s","type":"t"}\n')
        program.run("import", "lines")
        assert len(program.run("read", "s").lines()) == 3
        contains(program.run("import", "-", input='{"type":"t"}\n', status=2).err, "--into")
        program.run("import", "-", "--into", "other", input='{"type":"t"}\n')
        contains(program.run("import", "lines", "--into", "other", status=2).err, "belongs to an import")


def test_an_import_survives_the_loss_of_its_node(kdbctl, devnode):
    count = 200_000
    with Node(devnode, "--cluster", "3", "--keep-events") as cluster, Program(kdbctl, cluster.connection) as program:
        program.file("lines", '{"stream":"s","type":"t","data":"%s"}\n' % ("x" * 100) * count)
        running = program.start("import", "lines", "--verify", "--retry", "50", "--timeout", "60s", stderr=subprocess.PIPE)
        checkpoint = program.home / "lines.checkpoint"
        wait_until(lambda: checkpoint.exists() and json.loads(checkpoint.read_text())["lines"] > 0 or running.poll() is not None, "a block was imported")
        cluster.tell("kill 0")
        said = running.communicate()[1].decode()
        assert running.returncode == 0, said
        contains(said, "the node was lost", "connected again", f"imported {count:,} lines", f"verified {count:,} events")
        assert program.run("stream", "show", "s").value()["lastRevision"] == count - 1


def test_an_import_that_meets_another_writer_names_the_line(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.file("lines", '{"stream":"a","type":"t"}\n' + '{"stream":"s","type":"t"}\n' * 1500)
        for _ in range(3):
            program.run("append", "s", "-t", "of-another")
        # The import began when 's' had one event. Only the first append to it is told of, not those that failed behind it.
        program.file("lines.checkpoint", json.dumps({"import": str(uuid.uuid4()), "target": node.address, "into": "", "lines": 0, "bytes": 0,
                                                     "block": 1501, "heads": {"a": None, "s": 0}, "complete": False}))
        contains(program.run("import", "lines", status=7).err, "line 2: ", "wrong_expected_version")
        assert program.run("stream", "show", "s").value()["lastRevision"] == 2


if __name__ == "__main__":
    main(globals())
