#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py KDBCTL KDB_DEVNODE: what people see on a terminal."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from commands import secured
from program import PATIENCE, Node, Program, contains, main, wait_until


class Terminal:
    """kdbctl on a terminal of 80 columns; `redirected` is a file that standard output goes to."""

    def __init__(self, program, *arguments, redirected=None, **environment):
        self.process, self.screen = pty.fork()
        if self.process == 0:
            os.chdir(program.home)
            if redirected:
                os.dup2(os.open(redirected, os.O_WRONLY | os.O_CREAT), 1)
            os.execve(program.program, [program.program, *map(str, arguments)], program.environment | environment)
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.text = ""
        self.status = None

    def read(self):
        if select.select([self.screen], [], [], 0.05)[0]:
            try:
                data = os.read(self.screen, 65536)
            except OSError:  # what Linux says at the end
                data = b""
            self.text += data.decode(errors="replace")
            if not data and self.status is None:
                self.status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def wait_for(self, part):
        end = time.monotonic() + PATIENCE
        while part not in self.text and self.status is None and time.monotonic() < end:
            self.read()
        contains(self.text, part)

    def type(self, text):
        os.write(self.screen, text.encode())

    def finish(self, status=0):
        wait_until(lambda: self.read() or self.status is not None, "the program ends")
        os.close(self.screen)
        assert self.status == status, f"exit {self.status}:\n{self.text}"
        return self.text


def test_tables_are_coloured_unless_no_color(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("append", "a", "-t", "t", "-d", '{"text":"%s"}' % ("x" * 200))
        text = Terminal(program, "read", "a").finish()
        contains(text, "\x1b[1mSTREAM", "…")
        plain = Terminal(program, "read", "a", NO_COLOR="1").finish()
        assert "\x1b" not in plain
        contains(plain, "STREAM", "…")


def test_data_can_not_steer_the_terminal(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("append", "a", "-t", "t\x1b[2J", "--data-file", program.file("data", b"\x1b[31mred\x07"))
        text = Terminal(program, "read", "a", NO_COLOR="1").finish()
        assert "\x1b" not in text and "\x07" not in text, repr(text)
        contains(text, "\\x1b[31mred\\x07")


def test_a_password_is_typed_and_not_shown(kdbctl, devnode):
    with secured(devnode) as node, Program(kdbctl, node.connection) as program:
        asked = Terminal(program, "user", "whoami", "-u", "admin")
        asked.wait_for("Password of admin: ")
        asked.type("changeit\n")
        text = asked.finish()
        assert "changeit" not in text
        contains(text, "login", "admin")
        stopped = Terminal(program, "user", "whoami", "-u", "admin")
        stopped.wait_for("Password of admin: ")
        stopped.type("\x03")
        stopped.finish(130)


def test_what_can_not_be_undone_is_asked_for(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("append", "a", "-t", "t")
        asked = Terminal(program, "stream", "tombstone", "a")
        asked.wait_for("[y/N]")
        asked.type("n\n")
        contains(asked.finish(130), "nothing was done")
        asked = Terminal(program, "stream", "tombstone", "a")
        asked.wait_for("[y/N]")
        asked.type("y\n")
        asked.finish()
        program.run("read", "a", status=3)


def test_progress_is_shown_while_a_file_is_written(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.file("lines", '{"stream":"s","type":"t","data":"%s"}\n' % ("x" * 200) * 100_000)
        running = Terminal(program, "import", "lines")
        running.wait_for("import [")
        running.wait_for("/s")
        contains(running.finish(), "left", "\x1b[K", "imported 100,000 lines")
        running = Terminal(program, "read", "s", redirected=program.home / "out")
        text = running.finish()
        assert (program.home / "out").read_bytes().count(b"\n") == 100_000
        contains(text, "read [", "%")
        # Nothing of that in a pipe.
        assert program.run("export", "s", "--file", "exported").err.count("\x1b") == 0


def test_interruption_by_the_key_ends_cleanly(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        following = Terminal(program, "follow", "a", "--from", "start")
        program.run("append", "a", "-t", "first")
        following.wait_for("first")
        following.type("\x03")
        contains(following.finish(), "followed 1 event")
        node.process.send_signal(signal.SIGSTOP)
        waiting = Terminal(program, "read", "a", "--timeout", "1m")
        time.sleep(0.3)  # whenever it comes, the end is the same
        waiting.type("\x03")
        contains(waiting.finish(130), "interrupted")


if __name__ == "__main__":
    main(globals())
