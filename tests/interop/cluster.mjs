// SPDX-License-Identifier: Apache-2.0

// node cluster.mjs KDB_DEVNODE [TLS_FOLDER]
//
// The official Node client works against a cluster of development nodes: it finds the leader by gossip, survives its death and its
// resignation, and reads from followers. With a folder, all of that over TLS and as a user.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import readline from "node:readline";
import { after, test } from "node:test";
import { jsonEvent, KurrentDBClient, NO_STREAM, START } from "@kurrent/kurrentdb-client";
import { collect, Watch } from "./client.mjs";

/** A cluster of three in a process of its own, which obeys lines and answers each with lines and `ok`. */
class Cluster {
  static async start(program, tlsFolder) {
    const cluster = new Cluster();
    const secured = tlsFolder ? ["--tls", tlsFolder] : [];
    cluster.user = tlsFolder ? "admin:changeit@" : "";
    cluster.trust = tlsFolder ? `tlsCaFile=${tlsFolder}/ca.crt` : "tls=false";
    cluster.process = spawn(program, ["--cluster", "3", "--port", "0", "--election", "200", ...secured],
      { stdio: ["pipe", "pipe", "ignore"] });
    cluster.lines = readline.createInterface({ input: cluster.process.stdout })[Symbol.asyncIterator]();
    cluster.targets = (await cluster.lines.next()).value;
    await cluster.tell("settle");
    return cluster;
  }

  /** The lines of the answer. */
  async tell(command) {
    this.process.stdin.write(command + "\n");
    const answer = [];
    for (;;) {
      const { value: line, done } = await this.lines.next();
      assert(!done && !line.startsWith("error:"), `${command}: ${line}`);
      if (line === "ok") return answer;
      answer.push(line);
    }
  }

  /** The number of the node that leads. */
  async leader() {
    const line = (await this.tell("status")).find((each) => each.endsWith(" Leader"));
    return line.split(" ")[0];
  }

  connect(preference = "leader") {
    return KurrentDBClient.connectionString(
      `kurrentdb://${this.user}${this.targets}?${this.trust}&nodePreference=${preference}&discoveryInterval=50&maxDiscoverAttempts=100`,
    );
  }

  stop() {
    this.process.kill();
  }
}

const cluster = await Cluster.start(process.argv[2], process.argv[3]);
after(() => cluster.stop());

const event = (n) => jsonEvent({ type: "simple", data: { n } });
const numbers = (events) => events.map((resolved) => resolved.event.data.n);

/** Tries until it works, as a program has to: this client gives up an operation when its node is lost. */
async function inTheEnd(attempt) {
  for (const end = Date.now() + 20_000; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

test("the leader is found by gossip and takes what is written", async () => {
  const client = cluster.connect();
  const written = await client.appendToStream("c-leader", [event(0), event(1)], { streamState: NO_STREAM });
  assert.equal(written.nextExpectedRevision, 1n);
  assert.deepEqual(numbers(await collect(client.readStream("c-leader"))), [0, 1]);
  await client.dispose();
});

test("a follower serves reads and a subscription, and passes writes on", async () => {
  const client = cluster.connect("follower");
  await client.appendToStream("c-follower", event(0), { streamState: NO_STREAM });
  const watch = new Watch(client.subscribeToStream("c-follower", { fromRevision: START }));
  await watch.events(1);
  await client.appendToStream("c-follower", event(1));
  assert.deepEqual(numbers(await watch.events(2)), [0, 1]);
  await watch.subscription.unsubscribe();
  await client.dispose();
});

for (const [end, name] of [["kill", "is killed"], ["resign", "resigns"]])
  test(`writing goes on after the leader ${name}`, async () => {
    const client = cluster.connect();
    const stream = `c-${end}`;
    await client.appendToStream(stream, event(0), { streamState: NO_STREAM });
    const before = await cluster.leader();
    await cluster.tell(`${end} ${before}`);
    await inTheEnd(() => client.appendToStream(stream, event(1), { streamState: 0n }));
    assert.deepEqual(numbers(await inTheEnd(() => collect(client.readStream(stream)))), [0, 1]);
    if (end === "kill") await cluster.tell(`start ${before}`);
    await cluster.tell("settle");
    await client.dispose();
  });
