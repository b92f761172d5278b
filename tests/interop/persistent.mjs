// SPDX-License-Identifier: Apache-2.0

// The Node client's persistent subscriptions: groups are made, changed and listed; consumers share events, answer for them, come and go.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  DISPATCH_TO_SINGLE, END, PARK, PINNED, PINNED_BY_CORRELATION, RETRY, ROUND_ROBIN, SKIP, START, UNBOUNDED,
  binaryEvent, jsonEvent, streamNameFilter,
  persistentSubscriptionToAllSettingsFromDefaults, persistentSubscriptionToStreamSettingsFromDefaults,
  PersistentSubscriptionDoesNotExistError, PersistentSubscriptionDroppedError, PersistentSubscriptionExistsError,
  PersistentSubscriptionFailedError, PersistentSubscriptionMaximumSubscribersReachedError,
} from "@kurrent/kurrentdb-client";
import { connect, Watch } from "./client.mjs";

const client = connect(process.argv[2]);
after(() => client.dispose());

const simples = (...numbers) => numbers.map((n) => jsonEvent({ type: "simple", data: { n } }));
const upTo = (count) => Array.from({ length: count }, (_, n) => n);
const numbers = (events) => events.map(({ event }) => event.data.n);
const sorted = (list) => [...list].sort((a, b) => a - b);
const settings = (changes) => persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...changes });
const allSettings = (changes) => persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START, ...changes });
const create = (stream, changes = {}, group = "g") => client.createPersistentSubscriptionToStream(stream, group, settings(changes));
const info = (stream, group = "g") => client.getPersistentSubscriptionToStreamInfo(stream, group);

// A consumer that has joined, or whose `watch.failure()` tells why not.
function join(stream, options = {}, group = "g") {
  const subscription = stream === "$all" ? client.subscribeToPersistentSubscriptionToAll(group, options)
                                         : client.subscribeToPersistentSubscriptionToStream(stream, group, options);
  return new Watch(subscription);
}

// Asks until the answer is as wanted: what a consumer has sent is on its way.
async function eventually(what, ask, wanted) {
  for (const deadline = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const got = await ask();
    if (wanted(got)) return got;
    if (Date.now() > deadline) assert.fail(`${what}: ${JSON.stringify(got, (_, v) => (typeof v === "bigint" ? `${v}` : v))}`);
  }
}

// -- groups ----------------------------------------------------------------------------------------------------------

test("a group is made, told about, changed and deleted", async () => {
  const wanted = settings({
    resolveLinkTos: true, extraStatistics: true, messageTimeout: 5_000, maxRetryCount: 3, checkPointAfter: 1_000, checkPointLowerBound: 2,
    checkPointUpperBound: 20, maxSubscriberCount: 4, liveBufferSize: 50, readBatchSize: 5, historyBufferSize: 60, consumerStrategyName: PINNED,
    startFrom: 7n,
  });
  await client.createPersistentSubscriptionToStream("p-made", "g", wanted);
  const made = await info("p-made");
  assert.equal(made.eventSource, "p-made");
  assert.equal(made.groupName, "g");
  assert.equal(made.status, "Live");
  assert.deepEqual(made.settings, wanted);
  assert.deepEqual(made.connections, []);
  await client.updatePersistentSubscriptionToStream("p-made", "g", settings({ maxRetryCount: 9, startFrom: END }));
  const changed = await info("p-made");
  assert.equal(changed.settings.maxRetryCount, 9);
  assert.equal(changed.settings.startFrom, END);
  assert.equal(changed.settings.maxSubscriberCount, UNBOUNDED);
  await client.deletePersistentSubscriptionToStream("p-made", "g");
  await assert.rejects(info("p-made"), PersistentSubscriptionDoesNotExistError);
});

test("all strategies are known", async () => {
  for (const strategy of [ROUND_ROBIN, DISPATCH_TO_SINGLE, PINNED, PINNED_BY_CORRELATION]) {
    await create("p-strategies", { consumerStrategyName: strategy }, strategy);
    assert.equal((await info("p-strategies", strategy)).settings.consumerStrategyName, strategy);
  }
});

test("refusals are the client's own errors", async () => {
  await create("p-refused");
  await assert.rejects(create("p-refused"), (error) => {
    assert.ok(error instanceof PersistentSubscriptionExistsError, `${error}`);
    assert.equal(error.streamName, "p-refused");
    assert.equal(error.groupName, "g");
    return true;
  });
  await assert.rejects(create("p-refused", { readBatchSize: 20, historyBufferSize: 20 }, "h"), PersistentSubscriptionFailedError);
  await assert.rejects(client.updatePersistentSubscriptionToStream("p-refused", "no", settings()), PersistentSubscriptionDoesNotExistError);
  await assert.rejects(client.deletePersistentSubscriptionToStream("p-refused", "no"), PersistentSubscriptionDoesNotExistError);
  await assert.rejects(client.replayParkedMessagesToStream("p-refused", "no"), PersistentSubscriptionDoesNotExistError);
  assert.ok((await join("p-refused", {}, "no").failure()) instanceof PersistentSubscriptionDoesNotExistError);
});

test("groups are listed: all, of a stream, of $all", async () => {
  await create("p-listed-a");
  await create("p-listed-b", {}, "one");
  await create("p-listed-b", {}, "two");
  await client.createPersistentSubscriptionToAll("p-listed-all", allSettings());
  const names = (list) => list.map(({ eventSource, groupName }) => `${eventSource}/${groupName}`);
  const all = names(await client.listAllPersistentSubscriptions());
  for (const name of ["p-listed-a/g", "p-listed-b/one", "p-listed-b/two", "$all/p-listed-all"]) assert.ok(all.includes(name), name);
  assert.deepEqual(names(await client.listPersistentSubscriptionsToStream("p-listed-b")), ["p-listed-b/one", "p-listed-b/two"]);
  assert.ok(names(await client.listPersistentSubscriptionsToAll()).includes("$all/p-listed-all"));
  await assert.rejects(client.listPersistentSubscriptionsToStream("p-listed-c"), PersistentSubscriptionDoesNotExistError);
});

test("latencies are measured where that is asked for", async () => {
  await client.appendToStream("p-measured", simples(0));
  await create("p-measured", { extraStatistics: true });
  const consumer = join("p-measured");
  await consumer.subscription.ack(...(await consumer.events(1)));
  const measured = await eventually("measurements", () => info("p-measured"), ({ connections }) => connections[0].extraStatistics !== undefined);
  const names = [...measured.connections[0].extraStatistics.keys()];
  assert.deepEqual(names, ["mean", "median", "fastest", ...[1, 2, 3, 4, 5].map((n) => `quintile ${n}`), "90%", "95%", "99%", "99.5%", "99.9%", "highest"]);
  await consumer.stop();
});

// -- consumers -------------------------------------------------------------------------------------------------------

test("a consumer gets what was there and what comes, and no more at once than it takes", async () => {
  await client.appendToStream("p-consume", simples(0, 1, 2));
  await create("p-consume");
  const consumer = join("p-consume", { bufferSize: 2 });
  const [first, second] = await consumer.events(2);
  assert.deepEqual(numbers([first, second]), [0, 1]);
  assert.equal(first.retryCount, 0);
  const facts = await info("p-consume");
  assert.equal(facts.connections.length, 1);
  assert.equal(facts.connections[0].inFlightMessages, 2);
  assert.equal(facts.connections[0].availableSlots, 0);
  await consumer.subscription.ack(first, second);
  await client.appendToStream("p-consume", simples(3));
  assert.deepEqual(numbers(await consumer.events(4)), [0, 1, 2, 3]);
  assert.equal(consumer.subscription.id, "p-consume::g");
  await consumer.stop();
});

test("two consumers share the events", async () => {
  await create("p-share");
  const consumers = [join("p-share"), join("p-share")];
  await eventually("two connections", () => info("p-share"), ({ connections }) => connections.length === 2);
  await client.appendToStream("p-share", simples(...upTo(10)));
  const shares = await Promise.all(consumers.map((consumer) => consumer.events(5)));
  assert.deepEqual(sorted(numbers(shares.flat())), upTo(10));
  await Promise.all(consumers.map((consumer) => consumer.stop()));
});

test("what is retried comes again, what is skipped does not, what is parked waits", async () => {
  await client.appendToStream("p-answers", simples(0, 1, 2));
  await create("p-answers");
  const consumer = join("p-answers");
  const [retried, skipped, parked] = await consumer.events(3);
  await consumer.subscription.nack(SKIP, "not for us", skipped);
  await consumer.subscription.nack(PARK, "bad data", parked);
  await consumer.subscription.nack(RETRY, "later", retried);
  const again = (await consumer.events(4))[3];
  assert.equal(again.event.id, retried.event.id);
  assert.equal(again.retryCount, 1);
  await consumer.subscription.ack(again);
  await eventually("one parked", () => info("p-answers"), ({ stats }) => stats.parkedMessageCount === 1n);
  await client.replayParkedMessagesToStream("p-answers", "g");
  const replayed = (await consumer.events(5))[4];
  assert.equal(replayed.event.id, parked.event.id);
  assert.equal(replayed.link.streamId, "$persistentsubscription-p-answers::g-parked");
  await consumer.subscription.ack(replayed);
  const done = await eventually("nothing left", () => info("p-answers"), ({ stats }) => stats.outstandingMessagesCount === 0);
  assert.equal(done.stats.parkedMessageCount, 0n);
  await consumer.stop();
});

test("replay goes as far as it is told", async () => {
  await client.appendToStream("p-replay", simples(0, 1, 2));
  await create("p-replay");
  const consumer = join("p-replay");
  const events = await consumer.events(3);
  await consumer.subscription.nack(PARK, "all of them", ...events);
  await eventually("three parked", () => info("p-replay"), ({ stats }) => stats.parkedMessageCount === 3n);
  await client.replayParkedMessagesToStream("p-replay", "g", { stopAt: 2 });
  assert.deepEqual(numbers(await consumer.events(5)).slice(3), [0, 1]);
  assert.equal((await info("p-replay")).stats.parkedMessageCount, 1n);
  await consumer.stop();
});

test("a link is answered for by its own id", async () => {
  await client.appendToStream("p-target", simples(7));
  await client.appendToStream("p-links", [0, 9].map((n) => binaryEvent({ type: "$>", data: Buffer.from(`${n}@p-target`) })));
  await create("p-links", { resolveLinkTos: true, checkPointLowerBound: 1, checkPointUpperBound: 1 });
  const consumer = join("p-links");
  const [whole, broken] = await consumer.events(2);
  assert.equal(whole.event.data.n, 7);
  assert.equal(whole.link.streamId, "p-links");
  assert.equal(broken.event, undefined);
  await consumer.subscription.ack(whole, broken);
  const done = await eventually("all done", () => info("p-links"), ({ stats }) => stats.outstandingMessagesCount === 0);
  assert.equal(done.stats.lastCheckpointedEventRevision, 1n);
  await consumer.stop();
});

test("what takes too long goes to another consumer", async () => {
  await client.appendToStream("p-late", simples(0));
  await create("p-late", { messageTimeout: 200 });
  const slow = join("p-late");
  await slow.events(1);
  const other = join("p-late");
  await eventually("two connections", () => info("p-late"), ({ connections }) => connections.length === 2);
  const late = (await Promise.any([slow.events(2), other.events(1)])).at(-1);
  assert.equal(late.retryCount, 1);
  await Promise.all([slow.stop(), other.stop()]);
});

test("a consumer goes on where the last one has stopped", async () => {
  await client.appendToStream("p-go-on", simples(0, 1, 2, 3));
  await create("p-go-on", { checkPointLowerBound: 1, checkPointUpperBound: 1 });
  const first = join("p-go-on");
  const events = await first.events(4);
  await first.subscription.ack(events[0], events[1]);
  await eventually("a checkpoint", () => info("p-go-on"), ({ stats }) => stats.lastCheckpointedEventRevision === 1n);
  await first.stop();
  const second = join("p-go-on");
  assert.deepEqual(numbers(await second.events(2)), [2, 3]);
  assert.equal(second.received[0].retryCount, 1);
  await second.stop();
});

test("a group on $all gets what its filter takes", async () => {
  const filter = streamNameFilter({ prefixes: ["p-filtered-"] });
  await client.appendToStream("p-filtered-a", simples(0));
  await client.createPersistentSubscriptionToAll("p-filtered", allSettings(), { filter });
  const consumer = join("$all", {}, "p-filtered");
  await client.appendToStream("p-unfiltered", simples(9));
  await client.appendToStream("p-filtered-b", simples(1));
  const events = await consumer.events(2);
  assert.deepEqual(numbers(events), [0, 1]);
  await consumer.subscription.ack(...events);
  const facts = await eventually("all done", () => client.getPersistentSubscriptionToAllInfo("p-filtered"),
    ({ stats }) => stats.outstandingMessagesCount === 0);
  assert.deepEqual(facts.stats.lastKnownEventPosition, events[1].event.position);
  await client.deletePersistentSubscriptionToAll("p-filtered");
  assert.ok((await consumer.failure()) instanceof PersistentSubscriptionDroppedError);
});

test("a group says when it is full, and lets its consumers know that it is gone", async () => {
  await create("p-full", { maxSubscriberCount: 1 });
  const consumer = join("p-full");
  await eventually("a connection", () => info("p-full"), ({ connections }) => connections.length === 1);
  const refused = await join("p-full").failure();
  assert.ok(refused instanceof PersistentSubscriptionMaximumSubscribersReachedError, `${refused}`);
  await client.deletePersistentSubscriptionToStream("p-full", "g");
  const dropped = await consumer.failure();
  assert.ok(dropped instanceof PersistentSubscriptionDroppedError, `${dropped}`);
  assert.equal(dropped.groupName, "g");
});
