/** Tokens: how they are sent, and where they may be sent to in the clear. */
import type { Interceptor } from "@connectrpc/connect";

/** Returns what has each call bear `token`; nothing where there is none. */
export function bearing(token: string | undefined): Interceptor[] {
  if (token === undefined) {
    return [];
  }
  return [
    (next) => (request) => {
      request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    },
  ];
}

/** Tells whether a host is this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
