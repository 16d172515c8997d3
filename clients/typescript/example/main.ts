import { AqueductError, Code, connect } from "@aqueduct/client";
import { BackendType } from "@aqueduct/client/v1";

const client = connect(process.argv[2] ?? "127.0.0.1:10001");

// Returns when HAProxy serves.
const app = { key: "app", type: BackendType.STATIC };
const put = await client.putBackend(app, { annotation: { author: "ann", message: "open the shop" } });
console.log("stored, with balance", put.backend?.balance);

try {
  // Only if nobody was faster.
  await client.putBackend({ ...app, balance: "leastconn" }, { expectedRevision: 0n });
} catch (error) {
  if (error instanceof AqueductError && error.code === Code.Aborted) {
    console.log("it is there already");
  }
}

try {
  // Errors say which field is wrong.
  await client.putBackend({ ...app, balance: "most-idle" });
} catch (error) {
  if (error instanceof AqueductError) {
    error.violations.forEach((each) => console.log("wrong:", each.field));
  }
}

// Goes on over restarts of the server, and tells each change once.
for await (const event of client.watchConfig({ resources: ["backends/"] })) {
  if (event.kind === "snapshot") {
    console.log("backends:", event.configuration.backends.length);
    await client.deleteBackend("app");
  } else {
    console.log("changed:", event.change.changes[0]?.resource);
    break;
  }
}

client.close();
