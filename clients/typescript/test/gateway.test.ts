/** The gateway's transport: requests as HTTP has them, answers of proxies, and how calls end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { text } from "node:stream/consumers";

import { create, type DescMethodUnary, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, type Client } from "@aqueduct/client";
import { connect } from "@aqueduct/client/browser";
import { AdminState, BackendService, ConfigService, RegistryService, StatsService, WaitFor } from "@aqueduct/client/v1";

import { failing } from "./failing.js";
import { httpRequest } from "../src/gateway/requests.js";
import { routeOf } from "../src/gateway/routes.js";

function requested<Method extends DescMethodUnary>(
  method: Method,
  request: MessageInitShape<Method["input"]>,
): readonly [string, string, unknown] {
  const route = routeOf(method);
  assert(route !== undefined);
  const { verb, path, body } = httpRequest(route, method.input, create(method.input, request));
  return [verb, path, body === undefined ? undefined : JSON.parse(body)];
}

test("requests are made of path, query and body", () => {
  const { putBackend, getBackend, setMemberState } = BackendService.method;
  assert.deepEqual(requested(getBackend, { key: "größe/1" }), ["GET", "/backends/gr%C3%B6%C3%9Fe%2F1", undefined]);
  assert.deepEqual(
    requested(putBackend, {
      backend: { key: "a", balance: "source" },
      expectedRevision: 0n,
      waitFor: WaitFor.COMMIT,
      annotation: { author: "ann", message: "a & b" },
    }),
    [
      "PUT",
      "/backends/a?expectedRevision=0&waitFor=WAIT_FOR_COMMIT&annotation.author=ann&annotation.message=a+%26+b",
      { balance: "source" },
    ],
  );
  assert.deepEqual(requested(setMemberState, { key: "a", member: "10.0.0.1:80", state: AdminState.DRAIN }), [
    "POST",
    "/v1/backends/a/members/10.0.0.1%3A80:setState",
    { state: "ADMIN_STATE_DRAIN" },
  ]);
  assert.deepEqual(requested(RegistryService.method.deregister, { id: "/web/1" }), [
    "DELETE",
    "/v1/registrations/%2Fweb%2F1",
    undefined,
  ]);
  assert.deepEqual(requested(ConfigService.method.restoreRevision, { revision: 7n, resources: ["a"] }), [
    "POST",
    "/v1/revisions/7:restore",
    { resources: ["a"] },
  ]);
  assert.deepEqual(requested(StatsService.method.getStats, { keys: ["a", "b"], pageSize: 2 }), [
    "GET",
    "/v1/stats?keys=a&keys=b&pageSize=2",
    undefined,
  ]);
});

/** Uses a client of a gateway that answers so. */
async function answering(answer: RequestListener, use: (client: Client) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { token: "secret" });
  try {
    await use(client);
  } finally {
    client.close();
    server.closeAllConnections();
    server.close();
  }
}

test("words become enum values, headers fields, and what is not known is passed over", async () => {
  const document = { key: "a", type: "static", balance: "source", members: [{ host: "h", adminState: "drain" }], next: {} };
  await answering(
    (request, response) => {
      const { authorization, "request-timeout": timeout } = request.headers;
      response.setHeader("Aqueduct-Revision", "12");
      response.setHeader("Aqueduct-Apply", '{"kind": "runtime", "reason": "gr\\u00f6\\u00dfer", "added": 1}');
      response.end(JSON.stringify({ ...document, host: `${request.url} ${authorization} ${timeout}` }));
    },
    async (client) => {
      const { backend, revision, apply } = await client.putBackend({ key: "a" }, { timeoutMs: 2_500 });
      assert.equal(revision, 12n);
      assert.equal(apply?.reason, "größer");
      assert.equal(backend?.type, 1);
      assert.equal(backend?.members[0]?.adminState, AdminState.DRAIN);
      assert.match(backend?.host ?? "", /^\/backends\/a Bearer secret 2\.(5|4\d*)$/);
    },
  );
});

const PROXIES: Record<string, readonly [number, string, Code]> = {
  "a page that is no gateway's": [200, "<html>", Code.DataLoss],
  "a proxy without the server": [502, "<html>", Code.Unavailable],
  "a path that is another's": [404, "", Code.Unimplemented],
  "a login": [401, "{}", Code.Unauthenticated],
};

for (const [name, [status, body, code]] of Object.entries(PROXIES)) {
  test(name, async () => {
    await answering(
      (_, response) => response.writeHead(status).end(body),
      (client) => assert.rejects(client.deleteBackend("a"), failing(code)),
    );
  });
}

test("what has no REST is UNIMPLEMENTED", async () => {
  await answering(
    (_, response) => response.end("{}"),
    (client) => assert.rejects(client.health.check({}), failing(Code.Unimplemented)),
  );
});

test("a deadline, a signal and the client's end end a call", async () => {
  await answering(
    (request) => text(request),
    async (client) => {
      await assert.rejects(client.deleteBackend("a", { timeoutMs: 50 }), failing(Code.DeadlineExceeded));
      await assert.rejects(client.deleteBackend("a", { signal: AbortSignal.timeout(50) }), failing(Code.DeadlineExceeded));
      await assert.rejects(client.deleteBackend("a", { signal: AbortSignal.abort() }), failing(Code.Canceled));
      const closing = assert.rejects(client.deleteBackend("a"), failing(Code.Canceled));
      client.close();
      await closing;
    },
  );
});

test("a stream comes in chunks of any size, and goes on where it was cut", async () => {
  const change = (revision: number) => JSON.stringify({ revision, change: { revision, changes: [{ resource: "größe" }] } });
  const bodies = [
    [Buffer.from(`\n${change(6)}\n\n${change(7)}\n${change(8).slice(0, 20)}`)],
    [...Buffer.from(`${change(8)}\n{"error": {"status": "NOT_FOUND", "message": "over"}}\n`)].map((byte) => Buffer.from([byte])),
  ];
  const asked: (string | undefined)[] = [];
  await answering(
    (request, response) => {
      const body = bodies[asked.push(request.url) - 1] ?? [];
      body.forEach((chunk) => response.write(chunk));
      response.end();
    },
    async (client) => {
      const revisions: bigint[] = [];
      const all = async () => {
        for await (const event of client.watchConfig({ after: 5n, resources: ["a", "b"] })) {
          assert(event.kind === "change" && event.change.changes[0]?.resource === "größe");
          revisions.push(event.revision);
        }
      };
      await assert.rejects(all(), failing(Code.NotFound));
      assert.deepEqual(revisions, [6n, 7n, 8n]);
    },
  );
  assert.deepEqual(asked, [5, 7].map((after) => `/v1/config:watch?afterRevision=${after}&resources=a&resources=b`));
});

test("a token is not sent to others in the clear", () => {
  for (const url of ["http://example.org", "http://[2001:db8::1]:10000"]) {
    assert.throws(() => connect(url, { token: "secret" }), TypeError);
  }
  for (const url of ["https://example.org", "http://[::1]:10000", "http://localhost"]) {
    connect(url, { token: "secret" }).close();
  }
});
