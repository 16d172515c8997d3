/** TLS, a certificate of the client's, and a token, at a server that asks for all of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { ConnectionOptions } from "node:tls";

import { AqueductError, Code, connect } from "@aqueduct/client";
import { failing } from "./failing.js";
import { Served } from "./served.js";

let served: Served;
let server: { target: string; token: string; roots: string; certificate: string; key: string };

before(async () => {
  served = await Served.start();
  server = (await served.tell("tls")) as typeof server;
});

after(() => served.end());

/** Makes a call that is not made again, so that it fails at once; the server itself says NOT_FOUND. */
async function ask(tls: ConnectionOptions | true, token = server.token): Promise<void> {
  const client = connect(server.target, { tls, token });
  try {
    await client.deleteBackend("nothing");
  } finally {
    client.close();
  }
}

test("a server that asks for all of them", async () => {
  const [ca, cert, key] = [server.roots, server.certificate, server.key].map((path) => readFileSync(path));
  await assert.rejects(ask({ ca, cert, key }), (error) => error instanceof AqueductError && error.code === Code.NotFound);
  await assert.rejects(ask({ ca, cert, key }, "guessed"), failing(Code.Unauthenticated));
  await assert.rejects(ask({ ca }), failing(Code.Unavailable));
  await assert.rejects(ask({ cert, key }), failing(Code.Unavailable));
  await assert.rejects(ask(true), failing(Code.Unavailable));
  await assert.rejects(ask({ ca, cert, key, servername: "example.org" }), failing(Code.Unavailable));
});
