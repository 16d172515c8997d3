/** A server of gRPC that answers as it is told to, and notes what it is asked. */
import { once } from "node:events";
import { createServer, type Http2Session } from "node:http2";
import type { AddressInfo } from "node:net";

import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

/** Runs what `use` does with the target of a server with `routes`; ends the server. */
export async function serving(routes: (router: ConnectRouter) => void, use: (target: string) => Promise<void>): Promise<void> {
  const server = createServer(connectNodeAdapter({ routes, connect: false, grpcWeb: false }));
  const sessions = new Set<Http2Session>();
  server.on("session", (session) => sessions.add(session));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    sessions.forEach((each) => each.destroy());
    server.close();
  }
}
