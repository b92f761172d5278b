// SPDX-License-Identifier: Apache-2.0

// Reads a stream with the official client.
import { client, kurrent, options, serve } from "./worker.mjs";

const count = Number(options.count);

await serve(async () => {
  let events = 0;
  let bytes = 0;
  const read = client.readStream(options.stream, {
    direction: kurrent.FORWARDS,
    fromRevision: kurrent.START,
    maxCount: count,
  });
  for await (const { event } of read) {
    events += 1;
    bytes += event.data.length ?? 1;
  }
  if (events !== count) throw new Error(`expected ${count} events, got ${events}`);
  return events;
});
