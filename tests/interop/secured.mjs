// SPDX-License-Identifier: Apache-2.0

// node secured.mjs HOST:PORT CA_FILE
//
// The official Node client works over TLS and as a user: append, read, subscribe, consume; and hears of what it may not.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, test } from "node:test";
import {
  AccessDeniedError, KurrentDBClient, NO_STREAM, START, jsonEvent, persistentSubscriptionToStreamSettingsFromDefaults,
} from "@kurrent/kurrentdb-client";
import { collect, Watch } from "./client.mjs";

const [, , target, authority] = process.argv;
const port = target.split(":")[1];
const clients = [];
after(() => Promise.all(clients.map((client) => client.dispose())));

/** A client that trusts `file` and is `user`, if there is one. */
function connect(user, host = "localhost", file = authority) {
  const client = KurrentDBClient.connectionString(
    `kurrentdb://${user ? `${user}@` : ""}${host}:${port}?tlsCaFile=${file}&maxDiscoverAttempts=2&discoveryInterval=10`);
  clients.push(client);
  return client;
}

const admin = connect("admin:changeit");
const ops = connect("ops:changeit");
const event = (n) => jsonEvent({ type: "simple", data: { n } });
const numbers = (events) => events.map((resolved) => resolved.event.data.n);
const metadataFor = (stream, acl) => admin.setStreamMetadata(stream, { acl });

test("a user appends and reads, under each name of the node", async () => {
  for (const host of ["localhost", "127.0.0.1"]) {
    const user = connect("ops:changeit", host);
    await user.appendToStream(`n-${host}`, [event(0), event(1)], { streamState: NO_STREAM });
    assert.deepEqual(numbers(await collect(user.readStream(`n-${host}`))), [0, 1]);
  }
});

test("a user follows a stream", async () => {
  const watch = new Watch(ops.subscribeToStream("n-followed"));
  await watch.caughtUp();
  await ops.appendToStream("n-followed", event(7));
  assert.deepEqual(numbers(await watch.events(1)), [7]);
  await watch.stop();
});

test("a user consumes what an operator has made a group for", async () => {
  const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
  await ops.createPersistentSubscriptionToStream("n-consumed", "g", settings);
  await ops.appendToStream("n-consumed", [event(0), event(1)]);
  const subscription = ops.subscribeToPersistentSubscriptionToStream("n-consumed", "g");
  const watch = new Watch(subscription);
  const events = await watch.events(2);
  await Promise.all(events.map((each) => subscription.ack(each)));
  assert.deepEqual(numbers(events), [0, 1]);
  await watch.stop();
});

test("credentials of one call replace those of the client", async () => {
  const credentials = { username: "admin", password: "changeit" };
  assert((await collect(ops.readAll({ maxCount: 1, credentials }))).length === 1);
  await assert.rejects(collect(ops.readAll({ maxCount: 1 })), AccessDeniedError);
});

test("who may not is told so", async () => {
  await metadataFor("n-closed", { readRoles: ["$admins"], writeRoles: ["$admins"] });
  await admin.appendToStream("n-closed", event(0));
  await assert.rejects(ops.appendToStream("n-closed", event(1)), AccessDeniedError);
  await assert.rejects(collect(ops.readStream("n-closed")), AccessDeniedError);
  await assert.rejects(ops.deleteStream("$system"), AccessDeniedError);
  const nobody = connect(null);
  await assert.rejects(collect(nobody.readStream("n-localhost")), AccessDeniedError);
  await assert.rejects(nobody.appendToStream("n-localhost", event(1)), AccessDeniedError);
});

test("a subscription ends when its user may not read the stream any more", async () => {
  const watch = new Watch(ops.subscribeToStream("n-withdrawn"));
  await watch.caughtUp();
  await metadataFor("n-withdrawn", { readRoles: ["$admins"] });
  assert((await watch.failure()) instanceof AccessDeniedError);
});

test("a wrong password is refused whatever it is for", async () => {
  const wrong = connect("admin:wrong");
  await assert.rejects(collect(wrong.readStream("n-localhost")), AccessDeniedError); // this client makes no difference
  await assert.rejects(wrong.appendToStream("n-localhost", event(1)));
  await assert.rejects(new Watch(wrong.subscribeToStream("n-localhost")).caughtUp());
  assert.deepEqual(numbers(await collect(admin.readStream("n-localhost"))), [0, 1]);
});

test("a node of another authority is not spoken to", async () => {
  // A certificate that is good, but nobody's who has signed this node's.
  const file = `${authority}.other`;
  writeFileSync(file, process.env.KDB_OTHER_CA);
  await assert.rejects(collect(connect("admin:changeit", "localhost", file).readStream("n-localhost")));
});
