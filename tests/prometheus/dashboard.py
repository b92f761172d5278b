#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""dashboard.py DASHBOARD PROGRAM [PROMETHEUS]: each query of the dashboard for Grafana has data of a client that Prometheus scrapes.

PROGRAM prints the port on which it serves metrics, and ends with its standard input. All listen on 127.0.0.1. The variables of Grafana are
replaced by what Grafana would take. Exit code 77 means skipped: there is no Prometheus. KDB_KEEP=FILE writes all series of the panels, as
JSON.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

PATIENCE = 60
SCRAPE_INTERVAL = "1s"
# What Grafana replaces: four times the interval of scrapes, and the like.
VARIABLES = {"$__rate_interval": "4s", "$__interval": "1s", "$__range": "1m"}


def queries(dashboard):
    """(title of the panel, query, names of the labels in its legend)"""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"], re.findall(r"{{\s*(\w+)\s*}}", target.get("legendFormat", ""))


def filled(query):
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    return query


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    def __init__(self, program, folder, target):
        self.address = f"127.0.0.1:{free_port()}"
        config = folder / "prometheus.yml"
        config.write_text(json.dumps({
            "global": {"scrape_interval": SCRAPE_INTERVAL},
            "scrape_configs": [{"job_name": "libkdb", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}]}), encoding="utf-8")
        self.log = (folder / "log").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [program, f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={self.address}"],
            stdout=self.log, stderr=subprocess.STDOUT)

    def get(self, path, **parameters):
        """The data, or an exception with what is wrong with the query. None while it starts."""
        try:
            with urllib.request.urlopen(f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as failure:
            if failure.code == 503:
                return None
            raise ValueError(json.load(failure).get("error", str(failure))) from failure
        except OSError:
            if self.process.poll() is not None:
                self.log.seek(0)
                raise RuntimeError(f"Prometheus has ended: {self.log.read()}") from None
            return None

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def fault_of(prometheus, query, labels):
    """What is wrong with the answer now; None if nothing is."""
    data = prometheus.get("query", query=filled(query))
    series = data["result"] if data else []
    # A histogram without observations in the interval has no quantiles.
    if not any(each["value"][1] != "NaN" for each in series):
        return "has no data"
    missing = {label for label in labels for each in series if not each["metric"].get(label)}
    return f"has no label {', '.join(sorted(missing))}" if missing else None


def check(prometheus, dashboard, client):
    """The faults that remain when time is over."""
    left = [(title, query, labels, "has no data") for title, query, labels in queries(dashboard)]
    total = len(left)
    begin = time.monotonic()
    while left and time.monotonic() < begin + PATIENCE:
        time.sleep(0.5)
        if client.poll() is not None:
            raise RuntimeError(f"the client has ended with {client.returncode}")
        left = [(title, query, labels, fault) for title, query, labels, _ in left if (fault := fault_of(prometheus, query, labels))]
    print(f"{total - len(left)} of {total} queries have data after {time.monotonic() - begin:.0f} s")
    return [f"{title}: {query}: {fault}" for title, query, _, fault in left]


def keep(prometheus, dashboard, file):
    now = time.time()
    all_series = [{"panel": title, "query": query, "data": prometheus.get("query_range", query=filled(query), start=now - 60, end=now, step=1)}
                  for title, query, _ in queries(dashboard)]
    Path(file).write_text(json.dumps(all_series, indent=1), encoding="utf-8")


def main():
    dashboard = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    program = sys.argv[2]
    prometheus_program = sys.argv[3] if len(sys.argv) > 3 else shutil.which("prometheus")
    if not prometheus_program:
        print("there is no Prometheus")
        return 77
    with tempfile.TemporaryDirectory() as folder, \
            subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        prometheus = Prometheus(prometheus_program, Path(folder), client.stdout.readline().strip())
        try:
            faults = check(prometheus, dashboard, client)
            if os.environ.get("KDB_KEEP"):
                time.sleep(30)
                keep(prometheus, dashboard, os.environ["KDB_KEEP"])
        finally:
            prometheus.stop()
            client.stdin.close()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
