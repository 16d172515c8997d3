/** Watches, before a server whose streams end as they are told to. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { ErrorInfoSchema } from "../src/gen/google/rpc/error_details_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { AqueductError, Code, connect, type Client } from "@aqueduct/client";
import {
  ActivityService,
  ConfigService,
  StatsService,
  type ActivityWatchRequest,
  type ActivityWatchResponseSchema,
  type ConfigWatchRequest,
  type ConfigWatchResponseSchema,
  type StatsWatchRequest,
  type StatsWatchResponseSchema,
} from "@aqueduct/client/v1";

import { serving } from "./fake.js";

type Told = MessageInitShape<typeof ConfigWatchResponseSchema>;

/** One stream: its responses, and the error that it ends by. */
interface Stream<Response> {
  readonly told: readonly Response[];
  readonly ends?: ConnectError;
}

/** Uses a client of a server that makes these streams, one after the other; returns the requests. */
async function watching<Request, Response>(
  routes: (router: ConnectRouter, stream: (request: Request) => AsyncGenerator<Response>) => void,
  streams: readonly Stream<Response>[],
  use: (client: Client) => Promise<void>,
): Promise<Request[]> {
  const requests: Request[] = [];
  async function* stream(request: Request): AsyncGenerator<Response> {
    const { told, ends } = streams[requests.push(request) - 1] ?? { told: [] };
    yield* told;
    if (ends !== undefined) {
      throw ends;
    }
  }
  await serving(
    (router) => routes(router, stream),
    async (target) => {
      const client = connect(target);
      try {
        await use(client);
      } finally {
        client.close();
      }
    },
  );
  return requests;
}

/** Returns the first `count` of what a watch tells. */
async function taken<Event>(count: number, events: AsyncIterable<Event>): Promise<Event[]> {
  const found: Event[] = [];
  for await (const event of events) {
    if (found.push(event) === count) {
      break;
    }
  }
  return found;
}

function failure(code: Code, reason: string): ConnectError {
  const details = reason === "" ? [] : [{ desc: ErrorInfoSchema, value: { reason } }];
  return new ConnectError("no", code, undefined, details);
}

function snapshot(revision: bigint, keys: readonly string[], more = false): Told {
  return { revision, more, event: { case: "snapshot", value: { backends: keys.map((key) => ({ key })) } } };
}

function change(revision: bigint, resources: readonly string[], more = false): Told {
  const changes = resources.map((resource) => ({ resource }));
  return { revision, more, event: { case: "change", value: { revision, changes } } };
}

async function config(
  streams: readonly Stream<Told>[],
  use: (client: Client) => Promise<void>,
): Promise<(bigint | undefined)[]> {
  const routes: Parameters<typeof watching<ConfigWatchRequest, Told>>[0] = (router, stream) =>
    router.service(ConfigService, { configWatch: stream });
  return (await watching(routes, streams, use)).map((each) => each.afterRevision);
}

test("parts become one event, and those of a stream that breaks off come again", async () => {
  const streams = [
    { told: [snapshot(5n, ["a"], true)], ends: failure(Code.Unavailable, "") },
    { told: [snapshot(6n, ["a"], true), snapshot(6n, ["b"]), change(7n, ["backends/a"], true)] },
    { told: [change(7n, ["backends/a"], true), change(7n, ["backends/b"])] },
  ];
  const asked = await config(streams, async (client) => {
    const [first, second] = await taken(2, client.watchConfig());
    assert(first?.kind === "snapshot" && second?.kind === "change");
    assert.deepEqual(first.configuration.backends.map((each) => each.key), ["a", "b"]);
    assert.deepEqual(second.change.changes.map((each) => each.resource), ["backends/a", "backends/b"]);
    assert.deepEqual([first.revision, second.revision], [6n, 7n]);
  });
  assert.deepEqual(asked, [undefined, undefined, 6n]);
});

test("progress marks count, and are not told", async () => {
  const streams = [{ told: [{ revision: 8n }] }, { told: [change(9n, ["backends/a"])] }];
  const asked = await config(streams, async (client) => {
    const events = await taken(1, client.watchConfig({ after: 5n }));
    assert.deepEqual(events.map((each) => [each.kind, each.revision]), [["change", 9n]]);
  });
  assert.deepEqual(asked, [5n, 8n]);
});

test("what history has forgotten begins anew, and says so once", async () => {
  const compacted = { told: [], ends: failure(Code.OutOfRange, "COMPACTED") };
  const slow = { told: [snapshot(9n, [])], ends: failure(Code.ResourceExhausted, "SLOW_WATCHER") };
  const asked = await config([compacted, slow, { told: [snapshot(10n, [])] }], async (client) => {
    const events = await taken(2, client.watchConfig({ after: 5n }));
    assert.deepEqual(
      events.map((each) => each.kind === "snapshot" && each.reset),
      ["COMPACTED", ""],
    );
  });
  assert.deepEqual(asked, [5n, undefined, 9n]);
});

for (const code of [Code.Canceled, Code.Unknown, Code.Internal]) {
  test(`${Code[code]} without a reason is a connection that breaks, with one it is an end`, async () => {
    const streams = [{ told: [snapshot(5n, [])], ends: failure(code, "") }, { told: [], ends: failure(code, "BROKEN") }];
    await config(streams, async (client) => {
      const all = taken(2, client.watchConfig());
      await assert.rejects(all, (error) => error instanceof AqueductError && error.reason === "BROKEN");
    });
  });
}

test("a signal and the client's end end a watch as CANCELLED", async () => {
  const routes = (router: ConnectRouter) =>
    router.service(ConfigService, {
      async *configWatch(_, { signal }) {
        yield snapshot(5n, []);
        await once(signal, "abort");
      },
    });
  const isCancelled = (error: unknown) => error instanceof AqueductError && error.code === Code.Canceled;
  await serving(routes, async (target) => {
    const client = connect(target);
    const controller = new AbortController();
    const one = client.watchConfig({}, { signal: controller.signal });
    const other = client.watchConfig();
    await Promise.all([one.next(), other.next()]);
    const ends = [assert.rejects(one.next(), isCancelled), assert.rejects(other.next(), isCancelled)];
    controller.abort();
    client.close();
    await Promise.all(ends);
  });
});

test("a loop that is left ends its stream", async () => {
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const routes = (router: ConnectRouter) =>
    router.service(ConfigService, {
      async *configWatch(_, { signal }) {
        yield snapshot(5n, []);
        await once(signal, "abort");
        leave();
      },
    });
  await serving(routes, async (target) => {
    const client = connect(target);
    await taken(1, client.watchConfig());
    await left;
    client.close();
  });
});

test("statistics: parts become one, and a further stream begins anew", async () => {
  type Part = MessageInitShape<typeof StatsWatchResponseSchema>;
  const part = (key: string, more: boolean): Part => ({ snapshot: true, more, stats: [{ key }], removed: [{ key }] });
  const streams = [{ told: [part("a", true), part("b", false), part("c", true)] }, { told: [part("c", false)] }];
  const routes: Parameters<typeof watching<StatsWatchRequest, Part>>[0] = (router, stream) =>
    router.service(StatsService, { statsWatch: stream });
  const asked = await watching(routes, streams, async (client) => {
    const events = await taken(2, client.watchStats({ keys: ["a"] }));
    assert.deepEqual(
      events.map((each) => [each.stats, each.removed].map((all) => all.map(({ key }) => key).join())),
      [["a,b", "a,b"], ["c", "c"]],
    );
    assert(events.every((each) => !each.more));
  });
  assert.deepEqual(asked.map((each) => each.keys), [["a"], ["a"]]);
});

test("activity goes on after the last id that was looked at", async () => {
  type Part = MessageInitShape<typeof ActivityWatchResponseSchema>;
  const streams: Stream<Part>[] = [
    { told: [{ lastId: 4n, events: [{ id: 3n }] }, { lastId: 6n }] },
    { told: [{ lastId: 9n, missed: 2n, events: [{ id: 9n }] }] },
  ];
  const routes: Parameters<typeof watching<ActivityWatchRequest, Part>>[0] = (router, stream) =>
    router.service(ActivityService, { activityWatch: stream });
  const asked = await watching(routes, streams, async (client) => {
    const request = { afterId: 0n };
    const events = await taken(3, client.watchActivity(request));
    assert.deepEqual(
      events.map((each) => (each.kind === "missed" ? `missed ${each.count}` : each.event.id)),
      [3n, "missed 2", 9n],
    );
    assert.equal(request.afterId, 0n);
  });
  assert.deepEqual(asked.map((each) => each.afterId), [0n, 6n]);
});
