#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""commands.py KDBCTL KDB_DEVNODE: management, contexts, passwords, completion, over TLS with users where that matters."""

import json
import os
import pty
import secrets
import select
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path

from program import PATIENCE, Node, Program, contains, main, wait_until


def test_a_server_is_described(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        ping = program.run("ping").value()
        assert ping["node"] == node.address and ping["connectMs"] > 0, ping
        info = program.run("info").value()
        assert info["members"][0]["state"] == "Leader" and info["features"], info
        contains(program.run("info", "--output", "table").out, "KURRENTDB_CONNECTION_STRING", "NODE", "Leader")
        assert "proc-mem" in program.run("node", "stats", "proc").value()
        for command in (["resign"], ["priority", 3], ["merge"]):
            assert program.run("node", *command).out == ""
        assert program.run("scavenge", "start").value()["id"]
        program.run("scavenge", "stop", "none", status=3)
        program.run("node", "shutdown", status=2)


def test_streams_are_managed(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("append", "orders-1", input='{"type":"t"}\n' * 5)
        assert program.run("stream", "show", "orders-1").value()["lastRevision"] == 4
        assert program.run("stream", "metadata", "orders-1", "--max-count", 3, "--max-age", "1d", "--set", 'owner="ann"').value() == {
            "$maxCount": 3, "$maxAge": 86400, "owner": "ann"}
        assert program.run("stream", "acl", "orders-1", "--read", "ann,$ops").value()["$acl"]["$r"] == ["ann", "$ops"]
        assert program.run("stream", "acl", "orders-1").value()["$r"] == ["ann", "$ops"]
        program.run("stream", "metadata", "orders-1", "--unset", "$maxCount", "--unset", "owner")
        program.run("stream", "truncate", "orders-1", 3)
        assert [line["revision"] for line in program.run("read", "orders-1").lines()] == [3, 4]
        program.run("stream", "default-acl", "-", input='{"$userStreamAcl": {"$r": "ann"}}')
        assert program.run("stream", "default-acl").value()["$userStreamAcl"]
        program.run("stream", "delete", "orders-1", "--expected", 9, status=4)
        program.run("stream", "delete", "orders-1")
        assert program.run("stream", "show", "orders-1").value()["state"] == "deleted"
        program.run("stream", "show", "nothing", status=3)


def test_groups_are_managed(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        assert program.run("group", "list").out == ""
        program.run("group", "create", "orders", "shipping", "--max-retries", 3)
        program.run("group", "create", "$all", "audit", "--type-prefix", "order-")
        program.run("group", "create", "orders", "shipping", status=4)
        program.run("group", "change", "orders", "shipping", "--message-timeout", "1m")
        shown = program.run("group", "show", "orders", "shipping").value()
        assert shown["messageTimeoutMs"] == 60_000 and shown["maxRetries"] == 3, shown
        program.run("group", "replace", "orders", "shipping", "--from", "end")
        assert program.run("group", "show", "orders", "shipping").value()["maxRetries"] == 10
        program.run("group", "replace", "$all", "audit")
        assert len(program.run("group", "list").lines()) == 2
        program.run("group", "truncate-parked", "orders", "shipping")
        program.run("group", "restart-all")
        wait_until(lambda: program.run("group", "list").status == 0, "groups are there again")
        program.run("group", "delete", "orders", "shipping")
        program.run("group", "show", "orders", "shipping", status=3)


def test_projections_are_managed(kdbctl, devnode):
    with Node(devnode, "--projections") as node, Program(kdbctl, node.connection) as program:
        assert len(program.run("projection", "list").lines()) == 5
        query = program.file("query.js", "fromAll().when({})")
        program.run("projection", "create", "totals", query, "--emit")
        program.run("projection", "create", "totals", query, status=4)
        program.run("projection", "update", "totals", "-", "--emit", "off", input="fromAll().when({$init: () => 0})")
        assert program.run("projection", "show", "totals").value()["name"] == "totals"
        assert program.run("projection", "state", "totals").value() == {}
        assert program.run("projection", "result", "totals").value() == {}
        program.run("projection", "run", query, "--property", 'owner="sales"')
        program.run("projection", "run", query, "--transient", "once", status=1)
        program.run("projection", "update", "totals", query, "--property", "owner", status=2)
        for change in ("disable", "reset", "enable", "abort", "disable"):
            program.run("projection", change, "totals")
        program.run("projection", "delete", "totals")
        program.run("projection", "show", "totals", status=3)
        program.run("projection", "restart-all")


def test_indexes_are_managed_and_read(kdbctl, devnode):
    with Node(devnode, "--projection-lag", "0") as node, Program(kdbctl, node.connection) as program:
        assert program.run("index", "list").out == ""
        placed = ("--filter", "rec => rec.schema.name == 'placed'", "--field", "country=rec => rec.value.country",
                  "--field", "amount:int32=rec => rec.value.amount", "--optimize", "country")
        program.run("index", "create", "by-country", *placed)
        program.run("index", "create", "by-country", *placed)
        program.run("index", "create", "by-country", "--filter", "rec => true", status=4)
        shown = program.run("index", "show", "by-country").value()
        assert shown["state"] == "started" and shown["fields"][0]["optimizeLookups"], shown
        assert shown["fields"][1]["type"] == "int32", shown
        program.run("append", "orders-1", input='{"type":"placed","data":{"country":"DE","amount":1}}\n'
                    '{"type":"placed","data":{"country":"FR","amount":1}}\n{"type":"paid","data":{"country":"DE","amount":1}}\n')
        read = lambda *options, **more: program.run("read", "$all", "--index", "by-country", *options, **more)
        assert [line["revision"] for line in read().lines()] == [0, 1]
        assert [line["revision"] for line in read("--where", "country=DE", "--where", "amount=1").lines()] == [0]
        read("--where", "country", status=2)
        program.run("read", "$all", "--where", "country=DE", status=2)
        program.run("index", "stop", "by-country")
        read(status=3)
        program.run("index", "start", "by-country")
        assert [line["revision"] for line in read("--where", "country=FR").lines()] == [1]
        assert program.run("complete", "--", "index", "show", "b").out.split() == ["by-country"]
        program.run("index", "delete", "by-country")
        program.run("index", "show", "by-country", status=3)
        program.run("index", "create", "UPPER", "--filter", "rec => true", status=2)
    with Node(devnode, "--no-user-indexes") as node, Program(kdbctl, node.connection) as program:
        program.run("index", "list", status=1)


def secured(devnode):
    folder = tempfile.TemporaryDirectory(prefix="kdbctl-tls-")
    node = Node(devnode, "--tls", folder.name)
    node.folder = folder
    node.connection = f"kurrentdb://localhost:{node.address.split(':')[1]}?tlsCaFile={folder.name}/ca.crt"
    return node


def test_users_are_managed_over_tls(kdbctl, devnode):
    with secured(devnode) as node, Program(kdbctl, node.connection) as program:
        admin = {"KDBCTL_PASSWORD": "changeit"}
        first, second = secrets.token_hex(8), secrets.token_hex(8)
        contains(program.run("user", "list", status=5).err, "--user")
        assert program.run("user", "whoami", "-u", "admin", **admin).value()["login"] == "admin"
        program.run("user", "create", "ann", "--full-name", "Ann", "-g", "team", "-u", "admin", KDBCTL_NEW_PASSWORD=first, **admin)
        assert program.run("user", "show", "ann", "-u", "admin", **admin).value()["groups"] == ["team"]
        program.run("user", "update", "ann", "--full-name", "Ann Lee", "-u", "admin", **admin)
        program.run("user", "change-password", "ann", "-u", "ann", "--new-password-file", program.file("new", second + "\n"), KDBCTL_PASSWORD=first)
        wait_until(lambda: program.run("user", "whoami", "-u", "ann", "--password-file", program.home / "new").status == 0, "the password counts")
        program.run("user", "reset-password", "ann", "-u", "admin", KDBCTL_NEW_PASSWORD=first, **admin)
        for change in ("disable", "enable", "delete"):
            program.run("user", change, "ann", "-u", "admin", **admin)
        program.run("user", "show", "ann", "-u", "admin", status=3, **admin)
        program.run("append", "a", "-t", "t", "-u", "admin", **admin)
        program.run("stream", "acl", "a", "--read", "nobody", "-u", "admin", **admin)
        program.run("read", "a", "-u", "ops", status=5, **admin)
        program.run("read", "a", "-u", "admin", status=5, KDBCTL_PASSWORD="wrong")
        contains(program.run("read", "a", "-c", node.connection.split("?")[0], status=6).err, "tls_failed")


def test_a_password_is_never_on_the_command_line(kdbctl, devnode):
    secret = secrets.token_hex(8)
    with secured(devnode) as node, Program(kdbctl) as program:
        with_password = node.connection.replace("://", f"://admin:{secret}@")
        for arguments in (["ping", "-c", with_password], ["context", "add", "x", with_password]):
            refused = program.run(*arguments, status=2)
            assert secret not in refused.out + refused.err, refused
            contains(refused.err, "list of processes")
        # The variable may have one, and it is shown nowhere.
        program.environment["KURRENTDB_CONNECTION_STRING"] = with_password
        shown = program.run("context", "show")
        assert secret not in shown.out and shown.value()["user"] == "admin", shown
        running = program.start("follow", "$all", "-u", "admin", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                environment={"KURRENTDB_CONNECTION_STRING": node.connection, "KDBCTL_PASSWORD": "changeit"})
        assert b"changeit" not in Path(f"/proc/{running.pid}/cmdline").read_bytes()
        running.kill()
        running.wait()


def test_contexts_are_kept_for_the_user_alone(kdbctl, devnode):
    with Node(devnode) as node, secured(devnode) as safe, Program(kdbctl) as program:
        program.run("context", "add", "dev", node.connection)
        program.run("context", "add", "prod", safe.connection, "--login", "admin", KDBCTL_PASSWORD="changeit")
        folder = program.home / ".config/kdbctl"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for file in (folder / "contexts").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        listed = program.run("context", "list")
        assert [(one["name"], one["current"], one["password"]) for one in listed.lines()] == [("dev", True, "none"), ("prod", False, "kept")]
        assert "changeit" not in listed.out + program.run("context", "show", "prod").out
        assert program.run("ping").value()["node"] == node.address
        assert program.run("user", "whoami", "--context", "prod").value()["login"] == "admin"
        program.run("context", "use", "prod")
        assert program.run("user", "whoami").value()["login"] == "admin"
        contains(program.run("ping", "--context", "prd", status=2).err, "did you mean 'prod'?")
        program.run("context", "remove", "prod")
        # Without any of them it is the local server, and a line says so.
        contains(program.run("ping", "--timeout", "50ms", status=6).err, "local server", "kurrentdb://localhost:2113?tls=false", "kdbctl context")


def bash_completion(program, line):
    script = f"""source <("{program.program}" completion bash)
COMP_LINE={json.dumps(line)} COMP_POINT={len(line)}
COMP_LINE=${{COMP_LINE/#kdbctl/"{program.program}"}} COMP_POINT=${{#COMP_LINE}}
COMP_WORDS=($COMP_LINE); [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=("")
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_kdbctl; printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env=program.environment, cwd=program.home)
    return sorted(filter(None, done.stdout.split("\n")))


def test_completion_knows_commands_options_and_names_of_the_server(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        for stream in ("orders-1", "orders-2", "users-1"):
            program.run("append", stream, "-t", "t")
        program.run("group", "create", "orders-1", "shipping")
        program.run("context", "add", "prod", node.connection)
        assert bash_completion(program, "kdbctl stre") == ["stream"]
        assert bash_completion(program, "kdbctl read --backw") == ["--backwards"]
        assert bash_completion(program, "kdbctl read x --output ") == ["json", "ndjson", "raw", "table"]
        assert bash_completion(program, "kdbctl context use ") == ["prod"]
        wait_until(lambda: bash_completion(program, "kdbctl read ord") == ["orders-1", "orders-2"], "streams within 300 ms")
        wait_until(lambda: bash_completion(program, "kdbctl group show orders-1 s") == ["shipping"], "groups within 300 ms")
        (program.home / "a-file").touch()
        assert bash_completion(program, "kdbctl import a-f") == ["a-file"]


ZSHRC = """fpath=("$HOME/completions" $fpath)
autoload -Uz compinit && compinit -D -u
[[ -n $SOURCED ]] && source <(kdbctl completion zsh)
compadd() {
  [[ $1 == -- ]] && print -rl -- "${@:2}" >"$HOME/candidates"
  builtin compadd "$@"
}
zle-line-init() {
  BUFFER=$LINE_TO_COMPLETE CURSOR=${#LINE_TO_COMPLETE}
  zle complete-word
  print -r -- "$BUFFER" >"$HOME/buffer"
  BUFFER=exit
  zle accept-line
}
zle -N zle-line-init
"""


def zsh_completion(program, line, sourced=False):
    """The line after a tab in zsh's line editor, on a terminal, and the candidates that it had."""
    folder, candidates, buffer = (program.home / name for name in ("zsh", "candidates", "buffer"))
    if not folder.exists():
        for name in ("zsh", "completions", "bin"):
            (program.home / name).mkdir()
        (folder / ".zshrc").write_text(ZSHRC)
        (program.home / "bin/kdbctl").symlink_to(program.program)
    installed = program.home / "completions/_kdbctl"
    installed.write_text("" if sourced else program.run("completion", "zsh").out)
    candidates.write_text("")
    buffer.unlink(missing_ok=True)
    screen, terminal = pty.openpty()
    environment = program.environment | {"ZDOTDIR": str(folder), "PATH": f"{program.home}/bin:{program.environment['PATH']}", "LINE_TO_COMPLETE": line,
                                         "SOURCED": "yes" if sourced else ""}
    shell = subprocess.Popen(["zsh", "-d", "-i"], stdin=terminal, stdout=terminal, stderr=terminal, env=environment, cwd=program.home, start_new_session=True)
    os.close(terminal)
    shown = read_all(screen)
    shell.wait(timeout=PATIENCE)
    os.close(screen)
    assert buffer.exists(), f"zsh did not complete: {shown!r}"
    return buffer.read_text().rstrip("\n"), sorted(filter(None, candidates.read_text().split("\n")))


def read_all(screen):
    """What a terminal shows until the last program on it has ended."""
    shown = b""
    while select.select([screen], [], [], PATIENCE)[0]:
        try:
            data = os.read(screen, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    return shown


def test_completion_in_zsh_knows_the_same(kdbctl, devnode):
    if not shutil.which("zsh"):
        assert os.environ.get("CI") != "true", "zsh is not here, and CI does not go without it"
        print("zsh is not here: skipped")
        return
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        for stream in ("orders-1", "orders-2", "users-1", "with space"):
            program.run("append", stream, "-t", "t")
        program.run("context", "add", "prod", node.connection)
        for sourced in (False, True):
            assert zsh_completion(program, "kdbctl stre", sourced) == ("kdbctl stream ", ["stream"]), sourced
        assert zsh_completion(program, "kdbctl read --backw")[0] == "kdbctl read --backwards "
        assert zsh_completion(program, "kdbctl read x --output ")[1] == ["json", "ndjson", "raw", "table"]
        assert zsh_completion(program, "kdbctl context use ")[0] == "kdbctl context use prod "
        wait_until(lambda: zsh_completion(program, "kdbctl read ord") == ("kdbctl read orders-", ["orders-1", "orders-2"]), "streams within 300 ms")
        wait_until(lambda: zsh_completion(program, "kdbctl read with")[0] == "kdbctl read with\\ space ", "a stream with a space within 300 ms")
        program.run("group", "create", "with space", "shipping")
        wait_until(lambda: zsh_completion(program, "kdbctl group show with\\ space ")[1] == ["shipping"], "groups within 300 ms")
        (program.home / "a-file").touch()
        assert zsh_completion(program, "kdbctl import a-f")[0] == "kdbctl import a-file "
        assert zsh_completion(program, "kdbctl no-such-command x") == ("kdbctl no-such-command x", [])


def test_completion_never_waits_long(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        program.run("ping")
        node.process.send_signal(19)  # SIGSTOP: it accepts connections and answers nothing
        start = time.monotonic()
        assert program.run("complete", "--", "read", "ord").out == ""
        # 300 ms, and what a loaded machine adds to the start of a program.
        elapsed = time.monotonic() - start
        assert elapsed < 2, elapsed


def test_dev_runs_nodes(kdbctl, devnode):
    del devnode
    with Program(kdbctl) as program:
        for options, members in ([[], 1], [["--cluster", "3"], 3]):
            running = program.start("dev", "--port", "0", *options, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            connection = json.loads(running.stdout.readline())["connection"]
            assert len(program.run("info", "-c", connection).value()["members"]) == members
            running.terminate()
            assert running.wait() == 0


def test_bench_measures(kdbctl, devnode):
    with Node(devnode) as node, Program(kdbctl, node.connection) as program:
        for what in ("append", "read", "follow"):
            run = program.run("bench", what, "--events", 500).value()
            assert run["events"] == 500 and 0 < run["p50Ms"] <= run["p99Ms"] <= run["maxMs"], run
        contains(program.run("bench", "append", "-n", 100, "--output", "table").out, "append: 100 events", "p99", "up to")
        program.run("bench", "append", "-n", 0, status=2)
        assert program.run("stream", "list", "kdbctl-bench").out.count("\n") <= 4


if __name__ == "__main__":
    main(globals())
