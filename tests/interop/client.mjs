// SPDX-License-Identifier: Apache-2.0

// Connects the official Node client, and follows subscriptions with a time limit.

import { KurrentDBClient } from "@kurrent/kurrentdb-client";

/** A client for a plain node at HOST:PORT, or as a connection string says. */
export function connect(target) {
  if (target.includes("://")) return KurrentDBClient.connectionString(target);
  return KurrentDBClient.connectionString`kurrentdb://${target}?tls=false`;
}

/** All events of a read. */
export async function collect(read) {
  const events = [];
  for await (const resolved of read) events.push(resolved);
  return events;
}

/**
 * Watches a subscription. `events(n)` waits until n events have come in all, `caughtUp()` until it was live once,
 * `failure()` for its end by an error; each gives up after `patience` milliseconds.
 */
export class Watch {
  constructor(subscription, patience = 10_000) {
    this.subscription = subscription;
    this.patience = patience;
    this.received = [];
    this.wake = () => {};
    subscription.on("data", (resolved) => this.note(() => this.received.push(resolved)));
    subscription.on("caughtUp", (info) => this.note(() => (this.live = info)));
    subscription.on("error", (error) => this.note(() => (this.error = error)));
  }

  events(count) {
    return this.until(`${count} events`, () => this.received.length >= count).then(() => this.received);
  }

  caughtUp() {
    return this.until("caught up", () => this.live !== undefined).then(() => this.live);
  }

  failure() {
    return this.until("failure", () => this.error !== undefined, true).then(() => this.error);
  }

  stop() {
    return this.subscription.unsubscribe();
  }

  note(change) {
    change();
    this.wake();
  }

  async until(what, done, failureWanted = false) {
    const deadline = Date.now() + this.patience;
    while (!done()) {
      if (this.error && !failureWanted) throw this.error;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no ${what} within ${this.patience} ms, only ${this.received.length} events`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
