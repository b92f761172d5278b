// SPDX-License-Identifier: Apache-2.0

// node suite.mjs HOST:PORT
//
// The official Node client works against a development node: append, read, subscribe, delete here, the rest in files of its own.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  ANY, BACKWARDS, END, FORWARDS, NO_STREAM, START, STREAM_EXISTS,
  binaryEvent, eventTypeFilter, jsonEvent, streamNameFilter,
  StreamDeletedError, StreamNotFoundError, WrongExpectedVersionError,
} from "@kurrent/kurrentdb-client";
import { collect, connect, Watch } from "./client.mjs";
import { checkInteropEvent, interopEvent } from "./events.mjs";
import "./filters.mjs";
import "./persistent.mjs";
import "./several_streams.mjs";

const target = process.argv[2];
const client = connect(target);
after(() => client.dispose());

const simple = (n) => jsonEvent({ type: "simple", data: { n } });
const simples = (count) => Array.from({ length: count }, (_, n) => simple(n));
const numbers = (events) => events.map(({ event }) => event.data.n);
const upTo = (count) => Array.from({ length: count }, (_, n) => n);

// -- append ----------------------------------------------------------------------------------------------------------

test("a JSON event comes back as it was written", async () => {
  const event = jsonEvent({ type: "order-placed", data: { sku: 7, name: "Ätna" }, metadata: { trace: "abc" } });
  const written = await client.appendToStream("n-json", event, { streamState: NO_STREAM });
  assert.equal(written.success, true);
  assert.equal(written.nextExpectedRevision, 0n);
  const [{ event: read, link, commitPosition }] = await collect(client.readStream("n-json"));
  assert.equal(link, undefined);
  assert.equal(read.id, event.id);
  assert.equal(read.type, "order-placed");
  assert.equal(read.streamId, "n-json");
  assert.equal(read.revision, 0n);
  assert.equal(read.isJson, true);
  assert.deepEqual(read.data, { sku: 7, name: "Ätna" });
  assert.deepEqual(read.metadata, { trace: "abc" });
  assert.deepEqual(read.position, written.position);
  assert.equal(commitPosition, written.position.commit);
});

test("a binary event comes back as it was written", async () => {
  const data = Uint8Array.from({ length: 256 }, (_, i) => i);
  const metadata = Uint8Array.from([0, 255, 1]);
  await client.appendToStream("n-binary", binaryEvent({ type: "blob", data, metadata }));
  const [{ event }] = await collect(client.readStream("n-binary"));
  assert.equal(event.isJson, false);
  assert.deepEqual(Buffer.from(event.data), Buffer.from(data));
  assert.deepEqual(Buffer.from(event.metadata), Buffer.from(metadata));
});

test("a thousand mixed events are one append", async () => {
  const events = Array.from({ length: 1000 }, (_, n) => interopEvent(n));
  const written = await client.appendToStream("n-many", events, { streamState: NO_STREAM });
  assert.equal(written.nextExpectedRevision, 999n);
  const read = await collect(client.readStream("n-many"));
  assert.equal(read.length, 1000);
  read.forEach(({ event }, n) => checkInteropEvent(event, "n-many", n, "node"));
});

test("a batch append larger than one message travels in parts and stays one append", async () => {
  const events = Array.from({ length: 40 }, (_, n) => jsonEvent({ type: "large", data: { n, text: "x".repeat(100_000) } }));
  const written = await client.appendToStream("n-parts", events, { streamState: NO_STREAM, batchAppendSize: 512 * 1024 });
  assert.equal(written.nextExpectedRevision, 39n);
  assert.deepEqual(numbers(await collect(client.readStream("n-parts"))), upTo(40));
});

test("many batch appends at once all arrive, each in its order", async () => {
  const lanes = upTo(8).map(async (lane) => {
    for (const n of upTo(50)) await client.appendToStream(`n-lane-${lane}`, simple(n));
  });
  await Promise.all(lanes);
  for (const lane of upTo(8)) assert.deepEqual(numbers(await collect(client.readStream(`n-lane-${lane}`))), upTo(50));
});

test("with credentials the client uses the unary append", async () => {
  const credentials = { username: "admin", password: "changeit" };
  const written = await client.appendToStream("n-unary", simples(3), { credentials, streamState: NO_STREAM });
  assert.equal(written.nextExpectedRevision, 2n);
  await assert.rejects(
    client.appendToStream("n-unary", simple(9), { credentials, streamState: NO_STREAM }),
    (error) => error instanceof WrongExpectedVersionError && error.actualState === 2n && error.expectedState === "no_stream",
  );
  assert.deepEqual(numbers(await collect(client.readStream("n-unary"))), upTo(3));
});

test("each expected state is honoured", async () => {
  const stream = "n-states";
  const refused = (streamState, actual) =>
    assert.rejects(client.appendToStream(stream, simple(0), { streamState }), (error) => {
      assert.ok(error instanceof WrongExpectedVersionError, `${error}`);
      assert.equal(error.streamName, stream);
      assert.equal(error.expectedState, streamState);
      assert.equal(error.actualState, actual);
      return true;
    });
  await refused(STREAM_EXISTS, "no_stream");
  await refused(0n, "no_stream");
  await client.appendToStream(stream, simple(0), { streamState: NO_STREAM });
  await refused(NO_STREAM, 0n);
  await refused(5n, 0n);
  await client.appendToStream(stream, simple(1), { streamState: 0n });
  await client.appendToStream(stream, simple(2), { streamState: STREAM_EXISTS });
  await client.appendToStream(stream, simple(3), { streamState: ANY });
  await refused(1n, 3n);
  assert.deepEqual(numbers(await collect(client.readStream(stream))), upTo(4));
});

test("the same append again is the same append", async () => {
  const events = simples(3);
  const first = await client.appendToStream("n-again", events, { streamState: NO_STREAM });
  const second = await client.appendToStream("n-again", events, { streamState: NO_STREAM });
  assert.deepEqual(second, first);
  assert.equal((await collect(client.readStream("n-again"))).length, 3);
});

// -- read ------------------------------------------------------------------------------------------------------------

test("a stream is read in both directions, from anywhere, with a limit", async () => {
  await client.appendToStream("n-read", simples(10));
  const read = async (options) => numbers(await collect(client.readStream("n-read", options)));
  assert.deepEqual(await read({}), upTo(10));
  assert.deepEqual(await read({ direction: BACKWARDS, fromRevision: END }), upTo(10).reverse());
  assert.deepEqual(await read({ maxCount: 3 }), [0, 1, 2]);
  assert.deepEqual(await read({ fromRevision: 4n, maxCount: 3 }), [4, 5, 6]);
  assert.deepEqual(await read({ direction: BACKWARDS, fromRevision: 4n, maxCount: 3 }), [4, 3, 2]);
  assert.deepEqual(await read({ direction: BACKWARDS, fromRevision: END, maxCount: 1 }), [9]);
  assert.deepEqual(await read({ fromRevision: 9n }), [9]);
  assert.deepEqual(await read({ fromRevision: 10n }), []);
});

test("a stream that is not there is not found", async () => {
  await assert.rejects(collect(client.readStream("n-missing")), (error) => {
    assert.ok(error instanceof StreamNotFoundError, `${error}`);
    assert.equal(error.streamName, "n-missing");
    return true;
  });
});

test("$all is read in both directions, from anywhere, with a limit", async () => {
  const written = [];
  for (const n of upTo(5)) written.push(await client.appendToStream("n-all", simple(n)));
  const ours = (events) => numbers(events.filter(({ event }) => event?.streamId === "n-all"));
  assert.deepEqual(ours(await collect(client.readAll())), upTo(5));
  assert.deepEqual(ours(await collect(client.readAll({ direction: BACKWARDS, fromPosition: END }))), upTo(5).reverse());
  const from = written[2].position;
  assert.deepEqual(ours(await collect(client.readAll({ fromPosition: from }))), [2, 3, 4]);
  assert.deepEqual(ours(await collect(client.readAll({ direction: BACKWARDS, fromPosition: from }))), [1, 0]);
  const positions = (await collect(client.readAll({ maxCount: 4 }))).map(({ event }) => event.position.commit);
  assert.equal(positions.length, 4);
  assert.ok(positions.every((position, i) => i === 0 || position > positions[i - 1]));
});

test("$all can be filtered", async () => {
  await client.appendToStream("n-filter-a", [jsonEvent({ type: "red", data: { n: 1 } }), jsonEvent({ type: "blue", data: { n: 2 } })]);
  await client.appendToStream("n-filter-b", jsonEvent({ type: "red", data: { n: 3 } }));
  const read = async (filter) => numbers(await collect(client.readAll({ filter })));
  assert.deepEqual(await read(streamNameFilter({ prefixes: ["n-filter-"] })), [1, 2, 3]);
  assert.deepEqual(await read(streamNameFilter({ regex: "^n-filter-b$" })), [3]);
  assert.deepEqual(await read(eventTypeFilter({ prefixes: ["red"] })), [1, 3]);
});

test("links are resolved when asked for", async () => {
  await client.appendToStream("n-target", simples(2));
  const link = (n) => binaryEvent({ type: "$>", data: Buffer.from(`${n}@n-target`) });
  await client.appendToStream("n-links", [link(1), link(0), binaryEvent({ type: "$>", data: Buffer.from("0@n-nowhere") })]);
  const plain = await collect(client.readStream("n-links"));
  assert.deepEqual(plain.map(({ event }) => event.type), ["$>", "$>", "$>"]);
  const resolved = await collect(client.readStream("n-links", { resolveLinkTos: true }));
  assert.deepEqual(resolved.map(({ event }) => event?.data.n), [1, 0, undefined]);
  assert.deepEqual(resolved.map(({ link: found }) => found.revision), [0n, 1n, 2n]);
  assert.equal(resolved[0].event.streamId, "n-target");
  assert.equal(resolved[0].link.streamId, "n-links");
});

// -- subscribe -------------------------------------------------------------------------------------------------------

test("a subscription from the start catches up and stays live", async () => {
  await client.appendToStream("n-sub", simples(3));
  const watch = new Watch(client.subscribeToStream("n-sub", { fromRevision: START }));
  assert.deepEqual(numbers(await watch.events(3)), [0, 1, 2]);
  assert.equal((await watch.caughtUp()).revision, 2n);
  await client.appendToStream("n-sub", [simple(3), simple(4)]);
  assert.deepEqual(numbers(await watch.events(5)), upTo(5));
  assert.match(watch.subscription.id, /^[0-9a-f-]{36}$/);
  await watch.stop();
});

test("a subscription from the end gets only what is new", async () => {
  await client.appendToStream("n-sub-end", simples(3));
  const watch = new Watch(client.subscribeToStream("n-sub-end", { fromRevision: END }));
  await watch.caughtUp();
  await client.appendToStream("n-sub-end", simple(3));
  assert.deepEqual(numbers(await watch.events(1)), [3]);
  await watch.stop();
});

test("a subscription from a revision starts behind it", async () => {
  await client.appendToStream("n-sub-from", simples(5));
  const watch = new Watch(client.subscribeToStream("n-sub-from", { fromRevision: 2n }));
  assert.deepEqual(numbers(await watch.events(2)), [3, 4]);
  await watch.stop();
});

test("a subscription may wait for a stream that is not there yet", async () => {
  const watch = new Watch(client.subscribeToStream("n-sub-later"));
  await watch.caughtUp();
  await client.appendToStream("n-sub-later", simple(0));
  assert.deepEqual(numbers(await watch.events(1)), [0]);
  await watch.stop();
});

test("a subscription resolves links", async () => {
  await client.appendToStream("n-sub-target", simple(7));
  await client.appendToStream("n-sub-links", binaryEvent({ type: "$>", data: Buffer.from("0@n-sub-target") }));
  const watch = new Watch(client.subscribeToStream("n-sub-links", { resolveLinkTos: true }));
  const [{ event, link }] = await watch.events(1);
  assert.equal(event.data.n, 7);
  assert.equal(link.streamId, "n-sub-links");
  await watch.stop();
});

test("$all is followed from the start, from a position and from the end", async () => {
  const { position } = await client.appendToStream("n-suball", simple(0));
  await client.appendToStream("n-suball", simple(1));
  const filter = streamNameFilter({ prefixes: ["n-suball"] });
  const fromStart = new Watch(client.subscribeToAll({ fromPosition: START, filter }));
  const fromPosition = new Watch(client.subscribeToAll({ fromPosition: position, filter }));
  const fromEnd = new Watch(client.subscribeToAll({ fromPosition: END, filter }));
  await Promise.all([fromStart.caughtUp(), fromPosition.caughtUp(), fromEnd.caughtUp()]);
  await client.appendToStream("n-suball", simple(2));
  assert.deepEqual(numbers(await fromStart.events(3)), [0, 1, 2]);
  assert.deepEqual(numbers(await fromPosition.events(2)), [1, 2]);
  assert.deepEqual(numbers(await fromEnd.events(1)), [2]);
  await Promise.all([fromStart.stop(), fromPosition.stop(), fromEnd.stop()]);
});

test("$all without a filter is followed live", async () => {
  const watch = new Watch(client.subscribeToAll({ fromPosition: END }));
  await watch.caughtUp();
  const written = await client.appendToStream("n-suball-live", simple(0));
  const [{ event }] = await watch.events(1);
  assert.equal(event.streamId, "n-suball-live");
  assert.deepEqual(event.position, written.position);
  await watch.stop();
});

// -- delete ----------------------------------------------------------------------------------------------------------

test("a deleted stream is gone and can come back", async () => {
  await client.appendToStream("n-del", simples(3));
  await assert.rejects(client.deleteStream("n-del", { expectedRevision: 7n }), WrongExpectedVersionError);
  assert.ok((await client.deleteStream("n-del", { expectedRevision: 2n })).position.commit > 0n);
  await assert.rejects(collect(client.readStream("n-del")), StreamNotFoundError);
  const back = await client.appendToStream("n-del", simple(3));
  assert.equal(back.nextExpectedRevision, 3n);
  assert.deepEqual(numbers(await collect(client.readStream("n-del"))), [3]);
});

test("a tombstoned stream is gone for ever", async () => {
  await client.appendToStream("n-tomb", simples(2));
  const watch = new Watch(client.subscribeToStream("n-tomb", { fromRevision: END }));
  await watch.caughtUp();
  assert.ok((await client.tombstoneStream("n-tomb", { expectedRevision: 1n })).position.commit > 0n);
  await assert.rejects(collect(client.readStream("n-tomb")), StreamDeletedError);
  await assert.rejects(client.appendToStream("n-tomb", simple(0)), StreamDeletedError);
  assert.ok((await watch.failure()) instanceof StreamDeletedError);
});

test("metadata truncate a stream", async () => {
  await client.appendToStream("n-meta", simples(5));
  await client.setStreamMetadata("n-meta", { maxCount: 2 });
  assert.deepEqual((await client.getStreamMetadata("n-meta")).metadata.maxCount, 2);
  assert.deepEqual(numbers(await collect(client.readStream("n-meta", { direction: FORWARDS }))), [3, 4]);
});
