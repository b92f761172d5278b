// SPDX-License-Identifier: Apache-2.0

// node traced.mjs HOST:PORT COMMAND ARGUMENT...
//
// The Node client with its OpenTelemetry package; exit code 0 when it was done and right.
//   write STREAM                     appends one event, and prints "TRACE-ID SPAN-ID" of the span that did
//   follow STREAM TRACE-ID SPAN-ID   subscribes from the start, and checks that handling the first event has that span as its parent

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// The package instruments what is loaded by `require`, after it was registered.
const require = createRequire(import.meta.url);
const { registerInstrumentations } = require("@opentelemetry/instrumentation");
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-node");
const { KurrentDBInstrumentation } = require("@kurrent/opentelemetry");

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
registerInstrumentations({ instrumentations: [new KurrentDBInstrumentation()], tracerProvider: provider });
const { jsonEvent, KurrentDBClient, START } = require("@kurrent/kurrentdb-client");

const [target, command, stream, traceId, spanId] = process.argv.slice(2);
const client = KurrentDBClient.connectionString(`kurrentdb://${target}?tls=false`);

function span(name) {
  const found = exporter.getFinishedSpans().filter((each) => each.name === name);
  assert.equal(found.length, 1, `${found.length} spans are called ${name}`);
  return found[0];
}

const commands = {
  async write() {
    await client.appendToStream(stream, jsonEvent({ type: "traced", data: {} }));
    const context = span("streams.append").spanContext();
    console.log(`${context.traceId} ${context.spanId}`);
  },
  async follow() {
    const handled = () => exporter.getFinishedSpans().find((each) => each.name === "streams.subscribe");
    // The package sees a subscription as soon as it knows which node serves it, which may be after the first event: then another one is seen.
    for (let tries = 0; tries < 50 && !handled(); ++tries)
      for await (const { event } of client.subscribeToStream(stream, { fromRevision: START })) if (event) break;
    assert.ok(handled(), "no event was handled in a span");
    assert.equal(handled().spanContext().traceId, traceId);
    assert.equal(handled().parentSpanId, spanId);
  },
};

try {
  await commands[command]();
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
