#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cluster.py KDBCTL KDB_DEVNODE: nodes that are lost."""

import json
import subprocess

from program import Node, Program, contains, main


def test_follow_survives_the_loss_of_its_node(kdbctl, devnode):
    with Node(devnode, "--cluster", "3") as cluster, Program(kdbctl, cluster.connection) as program:
        program.run("append", "a", "-t", "before")
        running = program.start("follow", "a", "--from", "start", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert json.loads(running.stdout.readline())["type"] == "before"
        cluster.tell("kill 0")
        cluster.tell("settle")
        program.run("append", "a", "-t", "after", "--retry", 5)
        line = json.loads(running.stdout.readline())
        assert line["type"] == "after" and line["revision"] == 1, line
        running.terminate()
        assert running.wait() == 0
        said = running.stderr.read().decode()
        contains(said, "the node was lost", "connected again, to 127.0.0.1:")
        # One line each, however many attempts there were.
        assert said.count("the node was lost") == said.count("connected again"), said


def test_members_are_a_table(kdbctl, devnode):
    with Node(devnode, "--cluster", "3") as cluster, Program(kdbctl, cluster.connection) as program:
        text = program.run("info", "--output", "table").out
        contains(text, "NODE", "STATE", "Leader", "Follower")
        assert sorted(member["state"] for member in program.run("info").value()["members"]) == ["Follower", "Follower", "Leader"]


if __name__ == "__main__":
    main(globals())
