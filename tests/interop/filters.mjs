// SPDX-License-Identifier: Apache-2.0

// The Node client's filters on $all, in reads and subscriptions, and the checkpoints of the latter.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { END, START, eventTypeFilter, excludeSystemEvents, jsonEvent, streamNameFilter } from "@kurrent/kurrentdb-client";
import { collect, connect, Watch } from "./client.mjs";

const client = connect(process.argv[2]);
after(() => client.dispose());

const typed = (type, n) => jsonEvent({ type, data: { n } });
const numbers = (events) => events.map(({ event }) => event.data.n);
const read = async (filter) => numbers(await collect(client.readAll({ filter })));

// Writes f-NAME-a: red 1, blue 2, and f-NAME-b: red 3, green 4; types begin with the name so that tests don't meet.
async function colours(name) {
  await client.appendToStream(`f-${name}-a`, [typed(`${name}-red`, 1), typed(`${name}-blue`, 2)]);
  await client.appendToStream(`f-${name}-b`, [typed(`${name}-red`, 3), typed(`${name}-green`, 4)]);
}

test("streams are found by prefixes and by expression", async () => {
  await colours("names");
  assert.deepEqual(await read(streamNameFilter({ prefixes: ["f-names-"] })), [1, 2, 3, 4]);
  assert.deepEqual(await read(streamNameFilter({ prefixes: ["f-names-b", "f-names-a"] })), [1, 2, 3, 4]);
  assert.deepEqual(await read(streamNameFilter({ regex: "names-a$" })), [1, 2]);
  assert.deepEqual(await read(streamNameFilter({ regex: "^f-names-(?!a)" })), [3, 4]);
  assert.deepEqual(await read(streamNameFilter({ prefixes: ["f-names-c"] })), []);
});

test("types are found by prefixes and by expression", async () => {
  await colours("types");
  assert.deepEqual(await read(eventTypeFilter({ prefixes: ["types-red"] })), [1, 3]);
  assert.deepEqual(await read(eventTypeFilter({ prefixes: ["types-blue", "types-green"] })), [2, 4]);
  assert.deepEqual(await read(eventTypeFilter({ regex: "^types-(red|green)$" })), [1, 3, 4]);
  assert.deepEqual(await read(eventTypeFilter({ regex: "^types-(?!red)" })), [2, 4]);
});

test("system events are left out", async () => {
  await colours("user");
  await client.setStreamMetadata("f-user-a", { maxCount: 9 });
  const all = await collect(client.readAll());
  const user = await collect(client.readAll({ filter: excludeSystemEvents() }));
  assert.ok(all.some(({ event }) => event.type === "$metadata"));
  assert.ok(user.every(({ event }) => !event.type.startsWith("$")));
  assert.equal(user.length, all.filter(({ event }) => !event.type.startsWith("$")).length);
});

test("a subscription gets what its filter accepts, before and after it is live", async () => {
  await colours("live");
  const filters = [
    [streamNameFilter({ prefixes: ["f-live-a"] }), [1, 2], [1, 2]],
    [streamNameFilter({ regex: "^f-live-(?!a)" }), [3, 4], [3, 4]],
    [eventTypeFilter({ prefixes: ["live-red"] }), [1, 3], [1, 3]],
    [eventTypeFilter({ regex: "^live-(?!red)" }), [2, 4], [2, 4]],
  ];
  const watches = filters.map(([filter]) => new Watch(client.subscribeToAll({ fromPosition: START, filter })));
  await Promise.all(watches.map((watch) => watch.caughtUp()));
  await colours("live");
  for (const [i, [, before, later]] of filters.entries()) {
    assert.deepEqual(numbers(await watches[i].events(before.length + later.length)), [...before, ...later]);
    await watches[i].stop();
  }
});

// Collects checkpoints; `until` gives up like the watch of a subscription.
function follow(options, filterOptions) {
  const checkpoints = [];
  let watch;
  const filter = streamNameFilter({
    ...filterOptions,
    checkpointReached: (_, position) => watch.note(() => checkpoints.push(position.commit)),
  });
  watch = new Watch(client.subscribeToAll({ ...options, filter }));
  return { watch, checkpoints, until: (what, done) => watch.until(what, done) };
}

test("checkpoints come as the search goes on, in order", async () => {
  for (let i = 0; i < 10; ++i) await client.appendToStream("f-dull", Array.from({ length: 20 }, (_, n) => typed("dull", n)));
  const { position } = await client.appendToStream("f-rare-1", typed("rare", 1));
  const searching = follow({ fromPosition: START }, { prefixes: ["f-rare-"], maxSearchWindow: 10, checkpointInterval: 2 });
  await searching.watch.caughtUp();
  assert.deepEqual(numbers(await searching.watch.events(1)), [1]);
  const told = searching.checkpoints;
  assert.ok(told.length >= 10, `only ${told.length} checkpoints`);
  assert.ok(told.every((at, i) => i === 0 || at > told[i - 1]));
  assert.ok(told.at(-1) >= position.commit);
  const before = told.length;
  await client.appendToStream("f-dull", Array.from({ length: 40 }, (_, n) => typed("dull", n)));
  await searching.until("two live checkpoints", () => told.length >= before + 2);
  await searching.watch.stop();
});

test("who goes on behind a checkpoint misses nothing and repeats nothing", async () => {
  const write = async (n) => {
    await client.appendToStream("f-noise", Array.from({ length: 7 }, (_, i) => typed("noise", i)));
    await client.appendToStream(`f-again-${n}`, typed("again", n));
  };
  for (const n of [0, 1, 2, 3]) await write(n);
  const options = { prefixes: ["f-again-"], maxSearchWindow: 5, checkpointInterval: 1 };
  const first = follow({ fromPosition: START }, options);
  await first.watch.events(4);
  await first.watch.caughtUp();
  const delivered = (await first.watch.events(4)).map(({ event }) => event.position.commit);
  const rows = first.checkpoints.map((commit) => [commit, delivered.filter((at) => at <= commit).length]);
  await first.watch.stop();
  await write(4);
  for (const [commit, seen] of rows.filter((_, i) => i % 3 === 0)) {
    const again = follow({ fromPosition: { commit, prepare: commit } }, options);
    const rest = [0, 1, 2, 3, 4].slice(seen);
    assert.deepEqual(numbers(await again.watch.events(rest.length)), rest, `behind ${commit}`);
    await again.watch.stop();
  }
});

test("from the end nothing is told but what is new", async () => {
  const live = follow({ fromPosition: END }, { prefixes: ["f-new-"], maxSearchWindow: 2, checkpointInterval: 2 });
  await live.watch.caughtUp();
  assert.deepEqual(live.checkpoints, []);
  const { position } = await client.appendToStream("f-new-1", [1, 2, 3, 4].map((n) => typed("new", n)));
  assert.deepEqual(numbers(await live.watch.events(4)), [1, 2, 3, 4]);
  await live.until("a checkpoint", () => live.checkpoints.length > 0);
  assert.ok(live.checkpoints[0] <= position.commit);
  await live.watch.stop();
});
