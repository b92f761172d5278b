// SPDX-License-Identifier: Apache-2.0

// What the Node.js workers share: the options, the official client, and one line a pass on standard output.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

export const options = { client: ".", stream: "bench", count: "200000", "in-flight": "256", streams: "1000" };
for (const word of process.argv.slice(2)) {
  const [name, value] = word.split("=");
  options[name] = value;
}

// Where scripts/bench has installed the official client.
const require = createRequire(`${options.client}/package.json`);
export const kurrent = require("@kurrent/kurrentdb-client");

export const client = kurrent.KurrentDBClient.connectionString(`kurrentdb://${options.target}?tls=false`);

/** Answers each line of standard input with one pass: `work` returns the number of items. What is around it does not count. */
export async function serve(work, { before = async () => {}, after = async () => {} } = {}) {
  for await (const _ of createInterface({ input: process.stdin })) {
    const prepared = await before();
    const cpu = process.cpuUsage();
    const begin = process.hrtime.bigint();
    const items = await work(prepared);
    const seconds = Number(process.hrtime.bigint() - begin) * 1e-9;
    const used = process.cpuUsage(cpu);
    await after(prepared);
    console.log(`items=${items} seconds=${seconds} cpu=${(used.user + used.system) * 1e-6}`);
  }
  await client.dispose();
  process.exit(0);
}
