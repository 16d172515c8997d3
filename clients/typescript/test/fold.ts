/**
 * Watches the configuration of an Aqueduct and prints, after each event, what it has folded: for the soak of
 * tests/clients (see clients/conformance/README.md). It ends when its standard input does.
 */
import { AqueductError, Code, connect } from "@aqueduct/client";

import { configDocument } from "./documents.js";
import { Folding } from "./folding.js";

const client = connect(process.argv[2] ?? "");
const ended = new AbortController();
process.stdin.on("end", () => ended.abort()).resume();

const folding = new Folding(0n);
try {
  for await (const event of client.watchConfig({}, { signal: ended.signal })) {
    folding.take(configDocument(event));
    const reset = event.kind === "snapshot" ? event.reset : "";
    console.log(JSON.stringify({ kind: event.kind, revision: String(event.revision), reset, state: folding.state }));
  }
} catch (error) {
  if (!(error instanceof AqueductError && error.code === Code.Canceled)) {
    throw error;
  }
} finally {
  client.close();
}
