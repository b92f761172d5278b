#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pictures.py ROOT [--update]: the pictures of the documentation, docs/pictures/*.svg, are what is drawn here and in plots.py. --update writes them."""

import sys
from pathlib import Path

import plots
from picture import Picture


def overview():
    p = Picture("overview", 760, 330, "A program, the three ways in, the runtime, and the servers")
    p.box(20, 20, 720, 185, kind="frame").text(34, 42, "your process", "quiet small")
    p.box(40, 54, 210, 50, "kdb::client", "threads: calls block", kind="blue", text="middle code strong")
    p.box(275, 54, 210, 50, "kdb::async_client", "Asio: co_await, callbacks", kind="blue", text="middle code strong")
    p.box(510, 54, 210, 50, "kdb::client_actor", "CAF: typed messages", kind="blue", text="middle code strong")
    p.box(40, 140, 680, 50, "one runtime of supervised actors", "finds the node, retries what is safe, resumes subscriptions, bounds memory", kind="green",
          text="middle strong")
    for x in (145, 380, 615):
        p.arrow((x, 104), (x, 140))
    p.text(392, 230, "gRPC over HTTP/2, TLS", "small quiet")
    p.arrow((380, 240), (380, 192)).arrow((380, 240), (205, 240), (205, 260)).arrow((380, 240), (555, 240), (555, 260))
    p.box(40, 262, 330, 50, "KurrentDB: one node or a cluster", "leader, followers, read-only replicas")
    p.box(390, 262, 330, 50, "kdb-devnode", "a node for tests and development", text="middle code strong")
    return p


def streams():
    p = Picture("streams", 760, 300, "Events of three streams in the order of the log")
    kinds = {"order-1": "blue", "order-2": "green", "user-9": "orange"}
    log = [("order-1", 0), ("user-9", 0), ("order-1", 1), ("order-2", 0), ("order-1", 2), ("order-2", 1), ("user-9", 1)]
    p.text(20, 34, "$all", "code strong").text(20, 54, "the log", "small quiet")
    places = {}
    for number, (stream, revision) in enumerate(log):
        x = 110 + number * 90
        p.box(x, 20, 74, 46, stream, f"revision {revision}", kind=kinds[stream], text="middle code")
        places[stream, revision] = x
        p.text(x + 37, 86, f"{120 + number * 137}", "middle small quiet")
    p.text(20, 86, "position", "small quiet")
    for row, stream in enumerate(kinds):
        y = 120 + row * 60
        p.text(20, y + 27, stream, "code strong")
        p.line((110, y + 22), (740, y + 22), kind="line dashed")
        for (name, revision), x in places.items():
            if name == stream:
                p.box(x + 12, y, 50, 44, str(revision), kind=kinds[stream], text="middle code strong")
    return p


def optimistic_concurrency():
    p = Picture("optimistic-concurrency", 760, 320, "Two writers of one stream: the second one is refused and decides again")
    for x, name in ((110, "writer A"), (380, "stream order-1"), (650, "writer B")):
        p.box(x - 75, 16, 150, 34, name, kind="blue" if x != 380 else "green", text="middle strong")
        p.line((x, 50), (x, 306), kind="line dashed")
    p.box(300, 58, 160, 26, "last event: revision 4", kind="box", text="middle small")
    p.arrow((380, 100), (112, 100)).text(246, 94, "reads up to 4", "middle small")
    p.arrow((380, 100), (648, 100)).text(514, 94, "reads up to 4", "middle small")
    p.arrow((110, 140), (378, 140)).text(246, 134, "append, expects 4", "middle small")
    p.box(300, 150, 160, 26, "written: revision 5", kind="green", text="middle small")
    p.arrow((650, 200), (382, 200)).text(514, 194, "append, expects 4", "middle small")
    p.box(270, 210, 220, 26, "wrong_expected_version", kind="red", text="middle code")
    p.arrow((380, 258), (648, 258)).text(514, 252, "reads up to 5, decides again", "middle small")
    p.arrow((650, 294), (382, 294)).text(514, 288, "append, expects 5", "middle small")
    return p


def idempotence():
    p = Picture("idempotence", 760, 230, "An append is repeated after its answer was lost, and written once")
    for x, name, kind in ((120, "your program", "blue"), (620, "server", "green")):
        p.box(x - 80, 16, 160, 34, name, kind=kind, text="middle strong")
        p.line((x, 50), (x, 216), kind="line dashed")
    p.arrow((120, 84), (618, 84)).text(370, 78, "append {id 7f3a…}, expects revision 4", "middle small")
    p.box(545, 92, 150, 26, "written: revision 5", kind="green", text="middle small")
    p.line((620, 136), (390, 136), kind="line dashed").text(370, 141, "✗", "middle strong").text(260, 141, "the answer is lost", "middle small quiet")
    p.arrow((120, 172), (618, 172)).text(370, 166, "the same id, the same expected state", "middle small")
    p.arrow((620, 206), (122, 206)).text(370, 200, "revision 5: it is there already", "middle small")
    return p


def catch_up():
    p = Picture("catch-up", 760, 210, "A catch-up subscription delivers history, then new events; the program stores its place")
    p.text(20, 34, "stream", "strong")
    for number in range(9):
        kind = "box" if number < 3 else "blue" if number < 6 else "green"
        p.box(110 + number * 68, 16, 52, 34, str(number), kind=kind, text="middle code")
    p.text(203, 70, "handled before", "middle small quiet").text(407, 70, "existing events", "middle small quiet")
    p.text(611, 70, "new events, as they are written", "middle small quiet")
    p.arrow((204, 140), (290, 140), (290, 54), kind="line").text(300, 128, "from: revision 2", "code")
    p.box(40, 118, 164, 44, "your checkpoint", "revision 2", kind="orange", text="middle strong")
    p.arrow((556, 54), (556, 118)).text(566, 92, "caught_up", "code")
    p.box(450, 118, 212, 44, "your handler", "then it stores the new place", kind="blue", text="middle strong")
    p.arrow((556, 162), (556, 190), (122, 190), (122, 162))
    return p


def persistent():
    p = Picture("persistent", 760, 250, "A group of a persistent subscription gives each event to one consumer")
    p.box(20, 90, 130, 54, "stream", "orders", kind="box", text="middle strong")
    p.arrow((150, 117), (220, 117))
    p.box(220, 60, 180, 114, "group “billing”", "the server keeps its place,", "retries and time-outs", kind="green", text="middle strong")
    for number, y in enumerate((16, 94, 172)):
        p.box(540, y, 200, 46, f"consumer {number + 1}", ("event 7", "event 8", "event 9")[number], kind="blue", text="middle strong")
        p.arrow((402, 117), (538, y + 23), both=True)
    p.text(412, 50, "each event to one", "small quiet").text(470, 200, "ack, nack", "small quiet")
    p.box(220, 206, 180, 34, "parked events", kind="orange")
    p.arrow((310, 174), (310, 204)).text(322, 195, "nack, park", "small quiet")
    return p


def links():
    p = Picture("links", 760, 190, "A projection writes links to the events of a category into one stream")
    p.text(20, 42, "order-1", "code strong").text(20, 92, "order-2", "code strong").text(20, 162, "$ce-order", "code strong")
    for number, (row, revision, kind) in enumerate(((0, 0, "blue"), (1, 0, "green"), (0, 1, "blue"), (1, 1, "green"), (0, 2, "blue"))):
        x, y = 150 + number * 115, 20 + row * 50
        p.box(x, y, 70, 34, str(revision), kind=kind, text="middle code strong")
        p.box(x, 140, 70, 34, f"{number}: $>", kind="orange", text="middle code")
        p.arrow((x + 35, 140), (x + 35, y + 36), kind="line dashed")
    return p


def mailbox():
    p = Picture("mailbox", 760, 210, "An actor takes one message after the other out of its mailbox")
    p.box(20, 20, 150, 40, "actor A", kind="blue", text="middle strong").box(20, 90, 150, 40, "actor B", kind="blue", text="middle strong")
    p.box(250, 40, 210, 70, kind="frame").text(355, 130, "mailbox", "middle small quiet")
    for number, name in enumerate(("deposit", "withdraw")):
        p.box(262 + number * 98, 56, 90, 38, name, text="middle code")
    p.arrow((170, 40), (248, 60)).arrow((170, 110), (248, 90))
    p.box(540, 20, 200, 110, "account", "handlers, one at a time", "state: only its own", kind="green", text="middle strong")
    p.arrow((460, 75), (538, 75))
    p.arrow((640, 130), (640, 180), (95, 180), (95, 132)).text(370, 173, "the answer is a message, too", "middle small quiet")
    return p


def shop():
    p = Picture("shop", 760, 300, "The parts of the example application")
    p.box(20, 20, 160, 44, "commands", "place, pay", kind="box", text="middle strong")
    p.box(250, 20, 230, 70, "order_service", "read, decide, append", "with the expected revision", kind="blue", text="middle code strong")
    p.arrow((180, 42), (248, 42))
    p.box(570, 20, 170, 70, "order", "apply, decide:", "pure functions", kind="orange", text="middle code strong")
    p.arrow((480, 55), (568, 55), both=True)
    p.box(250, 150, 230, 44, "order-1, order-2, …", "streams in KurrentDB", kind="green", text="middle strong")
    p.arrow((365, 90), (365, 148))
    p.box(20, 236, 230, 50, "sales_report", "rows and checkpoint in files", kind="blue", text="middle code strong")
    p.box(500, 236, 240, 50, "shipping", "order-paid → ship_order", kind="blue", text="middle code strong")
    p.arrow((300, 194), (180, 234)).arrow((430, 194), (560, 234))
    p.text(140, 216, "subscription", "small quiet").text(524, 216, "subscription", "small quiet")
    p.arrow((700, 236), (700, 120), (470, 120), (470, 92)).text(560, 113, "command", "small quiet")
    return p


def supervision():
    p = Picture("supervision", 760, 290, "A supervisor of a program, a client below it, and the client's own workers")
    p.box(165, 16, 180, 40, "your supervisor", kind="blue", text="middle strong")
    p.box(30, 100, 180, 40, "your subscriber", kind="blue", text="middle strong")
    p.box(300, 100, 180, 40, "kdb::client_actor", kind="green", text="middle code strong")
    p.arrow((215, 56), (150, 98)).arrow((295, 56), (360, 98))
    p.box(20, 190, 330, 88, kind="frame").box(370, 190, 370, 88, kind="frame")
    for x, name in ((30, "subscription"), (136, "consumer"), (242, "reader")):
        p.box(x, 202, 98, 40, name, text="middle code")
    for x, width, name in ((380, 82, "connection"), (470, 82, "discovery"), (560, 76, "appender"), (644, 86, "management")):
        p.box(x, 202, width, 40, name, text="middle code")
    p.text(185, 265, "not replaced: the owner gets the end", "middle small quiet").text(555, 265, "replaced by the client", "middle small quiet")
    p.arrow((360, 140), (290, 188)).arrow((420, 140), (500, 188))
    p.arrow((79, 202), (79, 142), kind="line dashed").text(88, 170, "batches, the end", "small quiet")
    p.text(545, 41, "solid: starts and supervises", "small quiet").text(545, 59, "dashed: messages", "small quiet")
    return p


def pictures():
    return [draw() for draw in (overview, streams, optimistic_concurrency, idempotence, catch_up, persistent, links, mailbox, shop, supervision)]


def main():
    folder, update = Path(sys.argv[1]) / "docs/pictures", "--update" in sys.argv[2:]
    stale = 0
    drawn = {f"{picture.name}.svg": picture.svg() for picture in pictures() + plots.plots(Path(sys.argv[1]))}
    for name, svg in drawn.items():
        file = folder / name
        if update:
            file.write_text(svg, encoding="utf-8")
        elif not file.is_file() or file.read_text(encoding="utf-8") != svg:
            print(f"{file}: is not what scripts/site/pictures.py draws; run scripts/site/pictures.py . --update")
            stale += 1
    for file in folder.glob("*.svg"):
        if file.name not in drawn:
            print(f"{file}: scripts/site/pictures.py does not draw it")
            stale += 1
    print(f"{len(drawn)} pictures, {stale} with faults")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
