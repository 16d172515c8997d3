/**
 * Talks to Aqueduct over its REST gateway by `fetch`, so from browsers too: the client of `@aqueduct/client`, with the
 * same methods, errors and watches.
 *
 * @packageDocumentation
 */
import type { Deadlines } from "./calls.js";
import { Client } from "./client.js";
import { gatewayLink } from "./gateway/transport.js";
import { isLoopback } from "./token.js";

export * from "./common.js";

/** How to connect. */
export interface Options {
  /** Send `authorization: Bearer TOKEN` with each call. Without TLS that is refused, but to this machine. */
  readonly token?: string;
  /** Deadlines of calls that name none. */
  readonly deadlines?: Partial<Deadlines>;
}

/**
 * Returns a client of the gateway at `url`, such as `http://127.0.0.1:10000`. Nothing is sent before the first call.
 * TypeError for a URL that is none, or that a token may not be sent to.
 */
export function connect(url: string, options: Options = {}): Client {
  const { protocol, hostname } = new URL(url);
  if (options.token !== undefined && protocol !== "https:" && !isLoopback(hostname.replace(/^\[|\]$/g, ""))) {
    throw new TypeError(`a token is not sent to ${url} without TLS`);
  }
  const headers: Record<string, string> = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  return new Client(gatewayLink(url.replace(/\/+$/, ""), headers), options.deadlines);
}
