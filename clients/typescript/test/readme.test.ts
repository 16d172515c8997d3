/** Runs the README's example, which is example/main.ts. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

import { HERE, Served } from "./served.js";

test("the README's example", async () => {
  const page = await readFile(`${HERE}README.md`, "utf8");
  const program = await readFile(`${HERE}example/main.ts`, "utf8");
  assert(page.includes(`\`\`\`ts\n${program}\`\`\`\n`), "README.md does not hold example/main.ts");
  const server = await Served.start();
  try {
    const ran = await promisify(execFile)(process.execPath, ["dist/example/main.js", server.target], { cwd: HERE });
    const wanted = [
      "stored, with balance roundrobin",
      "it is there already",
      "wrong: backend.balance",
      "backends: 1",
      "changed: backends/app",
      "",
    ];
    assert.deepEqual(ran.stdout.split("\n"), wanted);
  } finally {
    await server.end();
  }
});
