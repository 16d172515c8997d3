/** Makes every scenario of clients/conformance. */
import { after, before, test } from "node:test";

import { connect, type Client } from "@aqueduct/client";

import { Run } from "./running.js";
import { Served, type Document } from "./served.js";

let server: Served;
let client: Client;

before(async () => {
  server = await Served.start();
  client = connect(server.target);
});

after(async () => {
  client.close();
  await server.end();
});

test("conformance", async (t) => {
  const read = (await server.tell("scenarios")) as { scenarios: { name: string; steps: Document[] }[] };
  for (const { name, steps } of read.scenarios) {
    await t.test(name, async () => {
      await server.tell("reset");
      const run = new Run(client, server);
      try {
        for (const step of steps) {
          await run.make(step);
        }
      } finally {
        await run.end();
      }
    });
  }
});
