// SPDX-License-Identifier: Apache-2.0

// Consumes from a group with the official client and acknowledges every event.
import { randomUUID } from "node:crypto";
import { client, kurrent, options, serve } from "./worker.mjs";

const count = Number(options.count);
const settings = kurrent.persistentSubscriptionToStreamSettingsFromDefaults({
  startFrom: kurrent.START,
  readBatchSize: 500,
  historyBufferSize: 2000,
  liveBufferSize: 2000,
});

await serve(
  async (group) => {
    let events = 0;
    let bytes = 0;
    const subscription = client.subscribeToPersistentSubscriptionToStream(options.stream, group, { bufferSize: 500 });
    for await (const resolved of subscription) {
      events += 1;
      bytes += resolved.event.data.length ?? 1;
      subscription.ack(resolved);
      if (events === count) break;
    }
    return events;
  },
  {
    before: async () => {
      const group = randomUUID();
      await client.createPersistentSubscriptionToStream(options.stream, group, settings);
      return group;
    },
    after: (group) => client.deletePersistentSubscriptionToStream(options.stream, group),
  },
);
