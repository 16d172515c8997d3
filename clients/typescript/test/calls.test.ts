/** Deadlines, retries, errors and tokens of calls, before a server that answers as it is told to. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Code as GrpcCode, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { AqueductError, Code, connect, type Client, type Options } from "@aqueduct/client";
import { BackendService } from "@aqueduct/client/v1";

import { failing } from "./failing.js";
import { serving } from "./fake.js";

/** What a server was asked. */
interface Asked {
  calls: number;
  token: string | null;
}

/** Makes calls of a server that fails by `answers`, one after the other, and then succeeds. */
async function asking(
  answers: readonly GrpcCode[],
  make: (client: Client) => Promise<unknown>,
  options: Options = {},
): Promise<Asked> {
  const asked: Asked = { calls: 0, token: null };
  const answer = (headers: Headers) => {
    asked.token = headers.get("authorization");
    const code = answers[asked.calls++];
    if (code !== undefined) {
      throw new ConnectError("no", code);
    }
    return {};
  };
  const routes = (router: ConnectRouter) =>
    router.service(BackendService, {
      listBackends: (_, { requestHeader }) => answer(requestHeader),
      setBackendVersion: (_, { requestHeader }) => answer(requestHeader),
      putBackend: (_, { requestHeader }) => answer(requestHeader),
      deleteBackend: (_, { requestHeader }) => answer(requestHeader),
    });
  await serving(routes, async (target) => {
    const client = connect(target, options);
    try {
      await make(client);
    } finally {
      client.close();
    }
  });
  return asked;
}

const SAFE: Record<string, (client: Client) => Promise<unknown>> = {
  list: (client) => client.backends.listBackends({}),
  put: (client) => client.putBackend({ key: "a" }),
  set: (client) => client.setVersion("a", "1"),
};

for (const [name, make] of Object.entries(SAFE)) {
  test(`${name} is made again`, async () => {
    assert.equal((await asking([Code.Unavailable], make)).calls, 2);
  });
}

const UNSAFE: Record<string, (client: Client) => Promise<unknown>> = {
  "put with a revision": (client) => client.putBackend({ key: "a" }, { expectedRevision: 0n }),
  delete: (client) => client.deleteBackend("a"),
};

for (const [name, make] of Object.entries(UNSAFE)) {
  test(`${name} is not made again`, async () => {
    const { calls } = await asking([Code.Unavailable], (client) => assert.rejects(make(client), failing(Code.Unavailable)));
    assert.equal(calls, 1);
  });
}

test("other errors are not repeated", async () => {
  const list = (client: Client) => client.backends.listBackends({});
  const { calls } = await asking([Code.NotFound], (client) => assert.rejects(list(client), failing(Code.NotFound)));
  assert.equal(calls, 1);
});

test("ABORTED that a server says stays what it is", async () => {
  const put = (client: Client) => client.putBackend({ key: "a" });
  await asking([Code.Aborted], (client) => assert.rejects(put(client), failing(Code.Aborted)));
});

test("the client's deadline, and that of a call in its place", async () => {
  const deadlines = { read: 1 };
  const unavailable = [Code.Unavailable, Code.Unavailable];
  await asking(
    unavailable,
    async (client) => {
      await assert.rejects(client.backends.listBackends({}), (error) => error instanceof AqueductError);
      await client.backends.listBackends({}, { timeoutMs: 60_000 });
    },
    { deadlines },
  );
});

test("a call whose time is over, and one that is cancelled", { timeout: 5_000 }, async () => {
  const never = () => new Promise<never>(() => undefined);
  const routes = (router: ConnectRouter) => router.service(BackendService, { listBackends: never });
  await serving(routes, async (target) => {
    const client = connect(target);
    const list = (options: object) => client.backends.listBackends({}, options);
    await assert.rejects(list({ timeoutMs: 50 }), failing(Code.DeadlineExceeded));
    await assert.rejects(list({ signal: AbortSignal.timeout(50) }), failing(Code.DeadlineExceeded));
    await assert.rejects(list({ signal: AbortSignal.abort(new Error("mine")) }), failing(Code.Canceled));
    const closing = assert.rejects(list({}), failing(Code.Canceled));
    client.close();
    await closing;
    await assert.rejects(list({}), failing(Code.Canceled));
  });
});

test("nobody listens", async () => {
  const client = connect("127.0.0.1:1");
  await assert.rejects(client.deleteBackend("a"), failing(Code.Unavailable));
  await assert.rejects(client.getBackend("a", { timeoutMs: 150 }), failing(Code.Unavailable));
  client.close();
});

test("a token is sent, but not to others in the clear", async () => {
  const list = (client: Client) => client.backends.listBackends({});
  assert.equal((await asking([], list, { token: "secret" })).token, "Bearer secret");
  for (const target of ["example.org:10001", "[2001:db8::1]:10001"]) {
    assert.throws(() => connect(target, { token: "secret" }), TypeError);
    connect(target, { token: "secret", tls: true }).close();
  }
  for (const target of ["localhost:10001", "[::1]:10001", "127.0.0.1:10001", "unix:/run/aqueduct.sock"]) {
    connect(target, { token: "secret" }).close();
  }
});

test("what is no target", () => {
  for (const target of ["", "127.0.0.1", "http://127.0.0.1:10001", "::1:10001"]) {
    assert.throws(() => connect(target), TypeError);
  }
});
