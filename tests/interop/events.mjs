// SPDX-License-Identifier: Apache-2.0

// Event number n of an interop stream, the same for every client that writes or checks one:
//   id        00000000-0000-4000-8000- and n in 12 hexadecimal digits
//   even n    JSON, type interop-json, data {"n": n, "text": "Grüße n"}
//   odd n     binary, type interop-binary, 20 bytes, byte i being (n + i) mod 256
//   metadata  JSON {"by": "node" or "libkdb", "n": n}

import assert from "node:assert/strict";
import { binaryEvent, jsonEvent } from "@kurrent/kurrentdb-client";

const id = (n) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
const bytes = (n) => Uint8Array.from({ length: 20 }, (_, i) => (n + i) % 256);
const isJson = (n) => n % 2 === 0;

/** The event to write. */
export function interopEvent(n, by = "node") {
  const metadata = { by, n };
  return isJson(n)
    ? jsonEvent({ id: id(n), type: "interop-json", data: { n, text: `Grüße ${n}` }, metadata })
    : binaryEvent({ id: id(n), type: "interop-binary", data: bytes(n), metadata: Buffer.from(JSON.stringify(metadata)) });
}

/** Throws unless this is event n of the stream. */
export function checkInteropEvent(event, stream, n, by) {
  assert.equal(event.streamId, stream);
  assert.equal(event.revision, BigInt(n));
  assert.equal(event.id, id(n));
  assert.equal(event.type, isJson(n) ? "interop-json" : "interop-binary");
  assert.equal(event.isJson, isJson(n));
  if (isJson(n)) assert.deepEqual(event.data, { n, text: `Grüße ${n}` });
  else assert.deepEqual(Buffer.from(event.data), Buffer.from(bytes(n)));
  assert.deepEqual(event.metadata, { by, n });
  const age = Date.now() - event.created.getTime();
  assert.ok(age > -60_000 && age < 3_600_000, `created ${event.created.toISOString()}`);
}
