/** Makes every scenario of clients/conformance, over gRPC and over the gateway. */
import { after, before, test, type TestContext } from "node:test";

import { connect, type Client } from "@aqueduct/client";
import { connect as connectGateway } from "@aqueduct/client/browser";

import { Run } from "./running.js";
import { Served, type Document } from "./served.js";

interface Scenario {
  readonly name: string;
  readonly steps: readonly Document[];
}

let server: Served;
let scenarios: readonly Scenario[];

before(async () => {
  server = await Served.start();
  scenarios = (await server.tell("scenarios"))["scenarios"] as Scenario[];
});

after(() => server.end());

test("gRPC", (t) => make(t, connect(server.target), () => true));

// The gateway has no health service.
test("gateway", (t) => make(t, connectGateway(`http://${server.http}`), (step) => !("health" in step)));

async function make(t: TestContext, client: Client, isThere: (step: Document) => boolean): Promise<void> {
  try {
    for (const { name, steps } of scenarios.filter((each) => each.steps.every(isThere))) {
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
  } finally {
    client.close();
  }
}
