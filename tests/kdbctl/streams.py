#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""streams.py KDBCTL KDB_DEVNODE: appending, reading, following, in pipes."""

import json
import signal
import subprocess

from program import Node, Program, contains, main, wait_until


def test_an_event_is_appended_and_read_in_each_form(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        done = program.run("append", "orders", "--type", "placed", "--data", '{"sku": 7}', "--metadata", '{"by": "ann"}', "--expected", "no-stream")
        assert done.value()["revision"] == 0 and done.err == "", done
        line = program.run("read", "orders").lines()[0]
        assert line["data"] == {"sku": 7} and line["metadata"] == {"by": "ann"} and line["revision"] == 0 and line["type"] == "placed", line
        assert program.run("read", "orders", "--output", "json").value() == [line]
        assert program.run("read", "orders", "--output", "raw").bytes == b'{"sku": 7}\n'
        contains(program.run("read", "orders", "--output", "table").out, "STREAM", "orders", "placed", '{"sku": 7}')
        # The other place that data may come from.
        program.run("append", "orders", "-t", "placed", "--data-file", "-", input='{"sku": 8}')
        assert program.run("read", "orders", "-b", "-n", 1, "--output", "raw").bytes == b'{"sku": 8}\n'


def test_what_read_writes_append_takes(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        lines = "".join(json.dumps({"type": "t", "data": {"n": n}, "metadata": {"m": n}}) + "\n" for n in range(700))
        assert program.run("append", "a", input=lines).value()["events"] == 700
        read = program.run("read", "a")
        program.run("append", "b", "-", input=read.bytes)
        for one, other in zip(read.lines(), program.run("read", "b").lines(), strict=True):
            assert all(one[name] == other[name] for name in ("id", "type", "data", "metadata")), (one, other)


def test_bytes_that_are_no_text_are_kept(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        data = bytes(range(256))
        program.run("append", "bin", "-t", "t", "--data-file", program.file("data", data))
        assert program.run("read", "bin", "--output", "raw", "--delimiter", "").bytes == data
        contains(program.run("read", "bin", "--output", "table").out, "(256 B that are not UTF-8)")
        program.run("append", "copy", input=program.run("read", "bin").bytes)
        assert program.run("read", "copy", "--output", "raw", "--delimiter", "").bytes == data


def test_reads_have_directions_limits_positions_and_filters(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        for stream in ("orders-1", "users-1", "orders-2"):
            program.run("append", stream, input="".join(f'{{"type":"{stream}-{n}","data":{n}}}\n' for n in range(3)))

        def data(*arguments):
            return [line["data"] for line in program.run("read", *arguments).lines()]
        assert data("orders-1") == [0, 1, 2]
        assert data("orders-1", "--backwards", "--limit", 2) == [2, 1]
        assert data("orders-1", "--from", 1) == [1, 2]
        everything = program.run("read", "$all", "--no-system").lines()
        assert [line["stream"] for line in everything] == ["orders-1"] * 3 + ["users-1"] * 3 + ["orders-2"] * 3
        assert program.run("read", "$all", "--no-system", "--from", everything[7]["position"]).lines() == everything[7:]
        assert {line["stream"] for line in program.run("read", "$all", "--stream-prefix", "orders-").lines()} == {"orders-1", "orders-2"}
        assert [line["type"] for line in program.run("read", "$all", "--type-regex", "^users-1-[12]$").lines()] == ["users-1-1", "users-1-2"]
        assert program.run("read", "orders-1", "--no-system", status=2).out == ""
        # The default of the node is a category a moment later.
        wait_until(lambda: len(program.run("index", "read", "--category", "orders").lines()) == 6, "events in the index")


def test_links_are_shown_with_their_events(kdbctl, devnode):
    with Node(devnode, "--projections", "--projection-lag", "0") as node, Program(kdbctl, node.connection) as program:
        program.run("append", "orders-1", "-t", "placed", "-d", "1")
        link = program.run("read", "$ce-orders").lines()[0]
        assert link["type"] == "$>" and link["dataText"] == "0@orders-1", link
        event = program.run("read", "$ce-orders", "--resolve-links").lines()[0]
        assert event["stream"] == "orders-1" and event["link"] == {"stream": "$ce-orders", "revision": 0}, event
        assert [line["stream"] for line in program.run("stream", "list", "ord").lines()] == ["orders-1"]


def test_several_streams_are_appended_to_atomically(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        lines = "".join(f'{{"stream":"{stream}","type":"t","data":{n},"metadata":{{"n":{n}}}}}\n' for n, stream in enumerate("abab"))
        assert [one["stream"] for one in program.run("append", "--to-streams", input=lines).lines()] == ["a", "b"]
        program.run("append", "--to-streams", "--check", "a=0", input=lines, status=4)
        assert program.run("append", "--in-order", "--check", "a=1", "--check", "c=no-stream", input=lines).lines()
        program.run("append", "--in-order", "--check", "c=exists", input=lines, status=4)
        order = [line["stream"] for line in program.run("read", "$all", "--stream-regex", "^[ab]$").lines()]
        assert order == list("aabb") + list("abab"), order
        assert program.run("append", "long", "--in-parts", input='{"type":"t"}\n' * 3).value()["events"] == 3


def test_exit_statuses_and_advice(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        missing = program.run("read", "nothing", status=3)
        assert missing.out == ""
        contains(missing.err, "kdbctl: ", "stream_not_found", "kdbctl stream list")
        program.run("append", "a", "-t", "t")
        contains(program.run("append", "a", "-t", "t", "--expected", "no-stream", status=4).err, "wrong_expected_version")
        contains(program.run("append", "a", input='{"type":"t"}\n{"typ":"t"}\n', status=2).err, "line 2", "did you mean 'type'?")
        contains(program.run("raed", "a", status=2).err, "did you mean 'read'?")
        contains(program.run("append", status=2).err, "STREAM is missing")
        contains(program.run("read", "a", "-c", "kurrentdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=1", status=6).err, "kdbctl dev")
        program.run("read", "a", "--timeout", "soon", status=2)
        program.run("stream", "tombstone", "a", status=2)
        program.run("stream", "tombstone", "a", "--yes")
        contains(program.run("read", "a", status=3).err, "stream_deleted")


def test_a_closed_pipe_is_no_error(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("append", "a", input='{"type":"t","data":"%s"}\n' % ("x" * 500) * 5000)
        for form in ("ndjson", "json", "raw", "table"):
            running = program.start("read", "a", "--output", form, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            running.stdout.read(10)
            running.stdout.close()
            assert (running.wait(), running.stderr.read()) == (0, b""), form


def test_a_full_disk_is_an_error(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program, open("/dev/full", "wb") as full:
        program.run("append", "a", "-t", "t")
        running = program.start("read", "a", stdout=full, stderr=subprocess.PIPE)
        assert running.wait() == 1
        contains(running.stderr.read().decode(), "can't write the output")


def test_follow_shows_events_as_they_come_and_ends_on_interruption(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("append", "a", "-t", "old")
        running = program.start("follow", "a", "--from", "start", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert json.loads(running.stdout.readline())["type"] == "old"
        program.run("append", "a", "-t", "new")
        assert json.loads(running.stdout.readline())["type"] == "new"
        running.send_signal(signal.SIGINT)
        assert running.wait() == 0
        contains(running.stderr.read().decode(), "followed 2 events")
        assert [line["type"] for line in program.run("follow", "a", "-f", 0, "--until-caught-up").lines()] == ["new"]
        assert len(program.run("follow", "$all", "-f", "start", "--no-system", "--limit", 2).lines()) == 2


def test_a_consumer_acknowledges_retries_and_parks_by_the_status_of_its_command(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("append", "jobs", input="".join(f'{{"type":"t","data":{n}}}\n' for n in range(4)))
        program.run("group", "create", "jobs", "workers")
        command = """echo "$KDB_REVISION $KDB_RETRIES" >> seen; grep -q '"data":2' && exit 1; test "$KDB_REVISION:$KDB_RETRIES" = 1:0 && exit 75; exit 0"""
        program.run("follow", "jobs", "--consumer", "workers", "--exec", command, "--limit", 5)
        seen = (program.home / "seen").read_text().split("\n")[:-1]
        assert sorted(seen) == ["0 0", "1 0", "1 1", "2 0", "3 0"], seen
        wait_until(lambda: program.run("group", "show", "jobs", "workers").value()["parked"] == 1, "one parked event")
        program.run("group", "replay-parked", "jobs", "workers")
        assert program.run("follow", "jobs", "--consumer", "workers", "--limit", 1).lines()[0]["data"] == 2


if __name__ == "__main__":
    main(globals())
