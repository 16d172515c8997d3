/** TLS, a certificate of the client's, and a token, at a server that asks for all of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { ConnectionOptions } from "node:tls";

import { Code, connect } from "@aqueduct/client";
import { failing } from "./failing.js";
import { Served } from "./served.js";

let served: Served;
let server: { target: string; token: string; roots: string; certificate: string; key: string };

before(async () => {
  served = await Served.start();
  server = (await served.tell("tls")) as typeof server;
});

after(() => served.end());

async function get(tls: ConnectionOptions | true, token = server.token): Promise<void> {
  const client = connect(server.target, { tls, token, deadlines: { read: 700 } });
  try {
    await client.getStatus();
  } finally {
    client.close();
  }
}

test("a server that asks for all of them", async () => {
  const [ca, cert, key] = [server.roots, server.certificate, server.key].map((path) => readFileSync(path));
  await get({ ca, cert, key });
  await assert.rejects(get({ ca, cert, key }, "guessed"), failing(Code.Unauthenticated));
  await assert.rejects(get({ ca }), failing(Code.Unavailable));
  await assert.rejects(get({ cert, key }), failing(Code.Unavailable));
  await assert.rejects(get(true), failing(Code.Unavailable));
  await assert.rejects(get({ ca, cert, key, servername: "example.org" }), failing(Code.Unavailable));
});
