// SPDX-License-Identifier: Apache-2.0

// Appends single events to many streams with the official client.
import { client, kurrent, options, serve } from "./worker.mjs";

const count = Number(options.count);
const streams = Number(options.streams);
const data = { order: 1000000, customer: "c-4711", note: "x".repeat(208) };

await serve(async () => {
  let asked = 0;
  const loop = async () => {
    while (asked < count) {
      const number = asked++;
      const event = kurrent.jsonEvent({ type: "order-placed", data });
      await client.appendToStream(`${options.stream}-${number % streams}`, event);
    }
  };
  await Promise.all(Array.from({ length: Number(options["in-flight"]) }, loop));
  return count;
});
