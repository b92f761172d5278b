// SPDX-License-Identifier: Apache-2.0

// node command.mjs HOST:PORT COMMAND ARGUMENT...
//
// What another program asks the Node client to do; exit code 0 when it was done and right. Events are those of events.mjs.
//   write STREAM N                 appends events 0 to N-1 to a new stream
//   verify STREAM N BY             reads the stream and checks that it holds events 0 to N-1, written by BY
//   follow STREAM N BY             the same with a subscription from the start
//   verify-all STREAM N BY         the same, picked out of $all
//   expect-conflict STREAM         appends expecting no stream and checks that it is refused
//   delete STREAM, tombstone STREAM
//   bench-read STREAM              reads all of it; prints {"events", "seconds", "cpu_seconds"}
//   bench-append N IN_FLIGHT       appends single events to 64 streams; prints {"appends", "seconds", "cpu_seconds"}

import assert from "node:assert/strict";
import { jsonEvent, NO_STREAM, START, WrongExpectedVersionError } from "@kurrent/kurrentdb-client";
import { collect, connect, Watch } from "./client.mjs";
import { checkInteropEvent, interopEvent } from "./events.mjs";

const [target, command, ...rest] = process.argv.slice(2);
const client = connect(target);

function checkAll(events, stream, count, by) {
  assert.equal(events.length, Number(count));
  events.forEach((resolved, n) => checkInteropEvent(resolved.event, stream, n, by));
}

async function measured(name, work) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const count = await work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const used = process.cpuUsage(cpu);
  console.log(JSON.stringify({ [name]: count, seconds, cpu_seconds: (used.user + used.system) / 1e6 }));
}

async function readAllOf(stream) {
  let count = 0;
  for await (const resolved of client.readStream(stream, { maxCount: Number.MAX_SAFE_INTEGER }))
    if (resolved.event) ++count;
  return count;
}

async function appendMany(total, inFlight) {
  let next = 0;
  const payload = { text: "x".repeat(240) };
  const lane = async () => {
    while (next < total)
      await client.appendToStream(`bench-${next++ % 64}`, jsonEvent({ type: "bench", data: payload }));
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return total;
}

const commands = {
  async write(stream, count) {
    const events = Array.from({ length: Number(count) }, (_, n) => interopEvent(n));
    const result = await client.appendToStream(stream, events, { streamState: NO_STREAM });
    assert.equal(result.nextExpectedRevision, BigInt(count) - 1n);
  },
  async verify(stream, count, by) {
    checkAll(await collect(client.readStream(stream)), stream, count, by);
  },
  async follow(stream, count, by) {
    const watch = new Watch(client.subscribeToStream(stream, { fromRevision: START }));
    checkAll(await watch.events(Number(count)), stream, count, by);
    await watch.stop();
  },
  async "verify-all"(stream, count, by) {
    const events = await collect(client.readAll());
    checkAll(events.filter(({ event }) => event?.streamId === stream), stream, count, by);
  },
  async "expect-conflict"(stream) {
    const event = jsonEvent({ type: "unwanted", data: {} });
    await assert.rejects(client.appendToStream(stream, event, { streamState: NO_STREAM }), WrongExpectedVersionError);
  },
  async delete(stream) {
    await client.deleteStream(stream);
  },
  async tombstone(stream) {
    await client.tombstoneStream(stream);
  },
  async "bench-read"(stream) {
    await measured("events", () => readAllOf(stream));
  },
  async "bench-append"(total, inFlight) {
    await measured("appends", () => appendMany(Number(total), Number(inFlight)));
  },
};

if (!Object.hasOwn(commands, command ?? "")) {
  console.error(`unknown command ${command}; known: ${Object.keys(commands).join(", ")}`);
  process.exit(2);
}
try {
  await commands[command](...rest);
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
