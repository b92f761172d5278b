// SPDX-License-Identifier: Apache-2.0

// The Node client's atomic appends to several streams: sessions of one request a stream, and records with consistency checks.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  ANY, NO_STREAM, STREAM_EXISTS, STREAM_STATE, binaryEvent, jsonEvent,
  AppendConsistencyViolationError, StreamNotFoundError, StreamTombstonedError, WrongExpectedVersionError,
} from "@kurrent/kurrentdb-client";
import { collect, connect } from "./client.mjs";

const client = connect(process.argv[2]);
after(() => client.dispose());

const simple = (n, metadata) => jsonEvent({ type: "simple", data: { n }, metadata });
const request = (streamName, expectedState, ...numbers) => ({ streamName, expectedState, events: numbers.map((n) => simple(n)) });
const record = (streamName, n) => ({ streamName, record: simple(n) });
const check = (streamName, expectedState) => ({ type: STREAM_STATE, streamName, expectedState });
const read = async (stream) => (await collect(client.readStream(stream))).map(({ event }) => event.data.n);
const missing = (stream) => assert.rejects(collect(client.readStream(stream)), StreamNotFoundError);
const byStream = (responses) => Object.fromEntries(responses.map(({ streamName, revision }) => [streamName, revision]));

test("one call appends to several streams", async () => {
  const done = await client.multiStreamAppend([request("m-a", NO_STREAM, 0, 1), request("m-b", ANY, 2), request("m-c", NO_STREAM, 3)]);
  assert.deepEqual(byStream(done.responses), { "m-a": 1n, "m-b": 0n, "m-c": 0n });
  assert.deepEqual(await read("m-a"), [0, 1]);
  assert.deepEqual(await read("m-b"), [2]);
  const [{ event }] = await collect(client.readStream("m-c"));
  assert.equal(event.position.commit, done.position);
  await client.multiStreamAppend([request("m-a", 1n, 4), request("m-b", STREAM_EXISTS, 5)]);
  assert.deepEqual(await read("m-a"), [0, 1, 4]);
});

test("an append to several streams is all or nothing", async () => {
  await client.appendToStream("m-there", simple(0));
  await assert.rejects(
    client.multiStreamAppend([request("m-not-1", NO_STREAM, 1), request("m-there", NO_STREAM, 2), request("m-not-2", ANY, 3)]),
    (error) => {
      assert.ok(error instanceof WrongExpectedVersionError, `${error}`);
      assert.equal(error.streamName, "m-there");
      assert.equal(error.actualState, 0n);
      return true;
    },
  );
  await missing("m-not-1");
  await missing("m-not-2");
  assert.deepEqual(await read("m-there"), [0]);
});

test("an append to a tombstoned stream among others says which one", async () => {
  await client.appendToStream("m-dead", simple(0));
  await client.tombstoneStream("m-dead");
  await assert.rejects(client.multiStreamAppend([request("m-alive", ANY, 1), request("m-dead", ANY, 2)]), (error) => {
    assert.ok(error instanceof StreamTombstonedError, `${error}`);
    assert.equal(error.stream, "m-dead");
    return true;
  });
  await missing("m-alive");
});

test("the same append to several streams again is the same append", async () => {
  const requests = [request("m-again-1", NO_STREAM, 1), request("m-again-2", NO_STREAM, 2, 3)];
  const first = await client.multiStreamAppend(requests);
  const second = await client.multiStreamAppend(requests);
  assert.deepEqual(second, first);
  assert.deepEqual(await read("m-again-2"), [2, 3]);
});

test("records go to several streams in the order of the call", async () => {
  const done = await client.appendRecords([record("r-a", 0), record("r-b", 1), record("r-a", 2), record("r-b", 3)]);
  assert.deepEqual(byStream(done.responses), { "r-a": 1n, "r-b": 1n });
  const all = [...(await collect(client.readStream("r-a"))), ...(await collect(client.readStream("r-b")))];
  const inLogOrder = all.sort((x, y) => Number(x.event.position.commit - y.event.position.commit));
  assert.deepEqual(inLogOrder.map(({ event }) => event.data.n), [0, 1, 2, 3]);
  assert.equal(inLogOrder.at(-1).event.position.commit, done.position);
});

test("properties of a record are read as metadata", async () => {
  await client.appendRecords([{ streamName: "r-meta", record: simple(1, { trace: "abc" }) }]);
  const [{ event }] = await collect(client.readStream("r-meta"));
  assert.equal(event.metadata.trace, "abc");
  assert.equal(event.metadata["$schema.name"], "simple");
  assert.equal(event.metadata["$schema.format"], "Json");
});

test("a binary record comes back as it was written", async () => {
  const data = Uint8Array.from({ length: 256 }, (_, i) => i);
  await client.appendRecords([{ streamName: "r-binary", record: binaryEvent({ type: "blob", data }) }]);
  const [{ event }] = await collect(client.readStream("r-binary"));
  assert.deepEqual(Buffer.from(event.data), Buffer.from(data));
  assert.equal(event.isJson, false);
});

test("checks of streams that are not written decide as well", async () => {
  await client.appendToStream("r-guard", [simple(0), simple(1)]);
  await client.appendRecords([record("r-guarded", 0)], [check("r-guard", 1n), check("r-guarded", NO_STREAM)]);
  assert.deepEqual(await read("r-guarded"), [0]);
  await assert.rejects(
    client.appendRecords([record("r-guarded", 1)], [check("r-guard", 0n), check("r-guarded", 0n), check("r-nowhere", STREAM_EXISTS)]),
    (error) => {
      assert.ok(error instanceof AppendConsistencyViolationError, `${error}`);
      const told = error.violations.map(({ checkIndex, streamName, actualState }) => [checkIndex, streamName, actualState]);
      assert.deepEqual(told, [[0, "r-guard", 1n], [2, "r-nowhere", "no_stream"]]);
      return true;
    },
  );
  assert.deepEqual(await read("r-guarded"), [0]);
});
