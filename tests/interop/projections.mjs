// SPDX-License-Identifier: Apache-2.0

// node projections.mjs HOST:PORT
//
// The Node client's management of projections, on a node that has them: those of the system do their work, those of users live without being run.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ABORTED, FAULTED, NotFoundError, RUNNING, STOPPED, jsonEvent } from "@kurrent/kurrentdb-client";
import { connect, Watch } from "./client.mjs";

const client = connect(process.argv[2]);
after(() => client.dispose());

const query = `fromStream("n-source").when({ $init() { return 0; } })`;
const status = async (name) => (await client.getProjectionStatus(name)).projectionStatus;
const simple = (n) => jsonEvent({ type: "simple", data: { n } });
const numbers = (events) => events.map(({ event }) => event.data.n);

test("the projections of the system are listed and run", async () => {
  const all = await client.listProjections();
  assert.deepEqual(
    all.map(({ name }) => name).sort(),
    ["$by_category", "$by_correlation_id", "$by_event_type", "$stream_by_category", "$streams"],
  );
  for (const each of all) assert.equal(each.projectionStatus, RUNNING, each.name);
});

test("one of the system is disabled, and goes on where it was when it is enabled", async () => {
  const links = new Watch(client.subscribeToStream("$ce-nprojected", { resolveLinkTos: true }));
  const types = new Watch(client.subscribeToStream("$et-simple"));
  await client.appendToStream("nprojected-1", simple(0));
  await links.events(1);
  await client.disableProjection("$by_category");
  assert.equal(await status("$by_category"), STOPPED);
  const before = await client.getProjectionStatus("$by_category");
  await client.appendToStream("nprojected-1", simple(1));
  await types.events(2); // another one has seen the event
  assert.equal((await client.getProjectionStatus("$by_category")).position, before.position);
  assert.deepEqual(numbers(links.received), [0]);
  await client.enableProjection("$by_category");
  assert.deepEqual(numbers(await links.events(2)), [0, 1]);
  assert.equal(await status("$by_category"), RUNNING);
  await links.stop();
  await types.stop();
});

test("one of a user is created, disabled, aborted, reset, updated and deleted", async () => {
  await client.createProjection("n-life", query);
  const created = await client.getProjectionStatus("n-life");
  assert.equal(created.projectionStatus, RUNNING);
  assert.match(created.stateReason, /runs no queries/);
  await assert.rejects(client.createProjection("n-life", query));
  await assert.rejects(client.deleteProjection("n-life"));
  await client.abortProjection("n-life");
  assert.equal(await status("n-life"), ABORTED);
  await client.resetProjection("n-life");
  await client.updateProjection("n-life", query, { emitEnabled: true });
  await client.enableProjection("n-life");
  assert.equal(await status("n-life"), RUNNING);
  assert.deepEqual(await client.getProjectionState("n-life"), {});
  await client.disableProjection("n-life");
  assert.equal(await status("n-life"), STOPPED);
  await client.deleteProjection("n-life");
  await assert.rejects(client.getProjectionStatus("n-life"), NotFoundError);
});

test("one without a query is faulted", async () => {
  await client.createProjection("n-empty", "nothing");
  assert.equal(await status("n-empty"), FAULTED);
  await client.deleteProjection("n-empty");
});
