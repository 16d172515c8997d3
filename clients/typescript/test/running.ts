/** The run of one scenario: see clients/conformance/README.md. */
import assert from "node:assert/strict";
import { get } from "node:http";
import { text } from "node:stream/consumers";
import { isDeepStrictEqual } from "node:util";

import { ServingStatus, type Calling, type Client } from "@aqueduct/client";

import { call, errorDocument, list, watch } from "./documents.js";
import { Folding, named } from "./folding.js";
import { at, filled, mismatch } from "./matching.js";
import type { Document, Served } from "./served.js";

/** Milliseconds that a step has. */
const OF_A_STEP = 15_000;

/** What has come of a call that was begun. */
type Outcome = { readonly answer: Document } | { readonly error: unknown };

interface Begun {
  readonly controller: AbortController;
  readonly outcome: Promise<Outcome>;
}

/** Makes the steps of one scenario. */
export class Run {
  readonly #client: Client;
  readonly #server: Served;
  readonly #variables: Record<string, string>;
  readonly #begun = new Map<string, Begun>();
  readonly #watches = new Map<string, Watched>();

  constructor(client: Client, server: Served) {
    this.#client = client;
    this.#server = server;
    this.#variables = { ...server.variables };
  }

  /** Makes a step, and holds it to what is expected. */
  async make(unfilled: Document): Promise<void> {
    const step = filled(unfilled, this.#variables) as Document;
    const late = Symbol("late");
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<typeof late>((resolve) => {
      timer = setTimeout(() => resolve(late), OF_A_STEP);
    });
    const outcome = await Promise.race([settled(this.#answer(step, { signal: controller.signal })), limit]);
    clearTimeout(timer);
    controller.abort();
    assert(outcome !== late, `the step takes too long: ${JSON.stringify(step)}`);
    this.#check(step, outcome);
  }

  /** Ends all that it has begun. */
  async end(): Promise<void> {
    for (const each of this.#begun.values()) {
      each.controller.abort();
      await each.outcome;
    }
    await Promise.all([...this.#watches.values()].map((each) => each.end()));
  }

  #check(step: Document, outcome: Outcome): void {
    const isError = step["error"] !== undefined;
    if ("error" in outcome && !isError) {
      throw outcome.error;
    }
    assert("error" in outcome === isError, `no error, but ${JSON.stringify(outcome)}`);
    const found = "error" in outcome ? errorDocument(outcome.error) : outcome.answer;
    const wanted = isError ? step["error"] : step["expect"];
    if (wanted !== undefined) {
      assert.equal(mismatch(wanted, found), "", JSON.stringify(step));
    }
    for (const [name, path] of Object.entries(step["save"] ?? {})) {
      this.#variables[name] = at(String(path), found);
    }
  }

  async #answer(step: Document, options: Calling): Promise<Document> {
    const word = (key: string) => String(step[key]);
    const kinds: Record<string, () => Document | Promise<Document>> = {
      begin: () => this.#begin(step),
      call: () => this.#call(step, options),
      cancel: () => this.#cancel(word("cancel")),
      finish: () => this.#finish(word("finish")),
      list: () => list(this.#client, word("list"), step["request"], options),
      watch: () => this.#watch(step),
      next: () => this.#watched(word("next")).next(),
      seek: () => this.#seek(this.#watched(word("seek")), step["expect"]),
      folded: () => this.#foldsToWhatIsStored(this.#watched(word("folded")), options),
      close: () => this.#watched(word("close")).end(),
      server: () => this.#server.tell(word("server")),
      health: () => this.#health(word("health"), options),
      fetch: () => fetched(word("fetch")),
    };
    const kind = Object.keys(kinds).find((each) => each in step);
    const made = kind === undefined ? undefined : kinds[kind];
    assert(made !== undefined, `there is no such step: ${JSON.stringify(step)}`);
    return made();
  }

  #call(step: Document, options: Calling): Promise<Document> {
    const deadline = step["deadline"] === undefined ? {} : { timeoutMs: 1_000 * Number(step["deadline"]) };
    return call(this.#client, String(step["call"]), step["request"], { ...options, ...deadline });
  }

  #begin(step: Document): Document {
    const controller = new AbortController();
    const outcome = settled(this.#call(step, { signal: controller.signal }));
    this.#begun.set(String(step["begin"]), { controller, outcome });
    return {};
  }

  #cancel(name: string): Document {
    this.#begun.get(name)?.controller.abort();
    return {};
  }

  async #finish(name: string): Promise<Document> {
    const outcome = await this.#begun.get(name)?.outcome;
    assert(outcome !== undefined, `${name} was not begun`);
    if ("error" in outcome) {
      throw outcome.error;
    }
    return outcome.answer;
  }

  #watch(step: Document): Document {
    this.#watches.set(String(step["as"]), new Watched(this.#client, step));
    return {};
  }

  #watched(name: string): Watched {
    const found = this.#watches.get(name);
    assert(found !== undefined, `there is no watch ${name}`);
    return found;
  }

  async #seek(watched: Watched, wanted: unknown): Promise<Document> {
    for (;;) {
      const event = await watched.next();
      if (mismatch(wanted, event) === "") {
        return event;
      }
    }
  }

  async #health(service: string, options: Calling): Promise<Document> {
    const { status } = await this.#client.health.check({ service }, options);
    return { status: ServingStatus[status] };
  }

  async #foldsToWhatIsStored(watched: Watched, options: Calling): Promise<Document> {
    const resources = (watched.step["resources"] ?? []) as string[];
    const stored = named((await call(this.#client, "ConfigService/Export", { resources }, options))["configuration"]);
    while (!isDeepStrictEqual(stored, watched.folding.state)) {
      await watched.next();
    }
    if (resources.length === 0) {
      const { began, revision, told } = watched.folding;
      const history: bigint[] = [];
      for await (const each of this.#client.listRevisions({}, options)) {
        history.push(each.revision);
      }
      const wanted = history.filter((each) => began < each && each <= revision).reverse();
      assert.deepEqual(told, wanted);
    }
    return {};
  }
}

/** A watch that goes on by itself; its events wait until they are taken. */
class Watched {
  readonly folding: Folding;
  readonly #controller = new AbortController();
  readonly #outcomes: Outcome[] = [];
  readonly #over: Promise<void>;
  #news: () => void = () => undefined;

  constructor(
    client: Client,
    readonly step: Document,
  ) {
    this.folding = new Folding(BigInt(String(step["after"] ?? 0)));
    this.#over = this.#follow(watch(client, step, this.#controller.signal));
  }

  async next(): Promise<Document> {
    while (this.#outcomes.length === 0) {
      await new Promise<void>((resolve) => (this.#news = resolve));
    }
    const outcome = this.#outcomes.shift();
    if (outcome === undefined || "error" in outcome) {
      throw outcome?.error;
    }
    if (this.step["watch"] === "config") {
      this.folding.take(outcome.answer);
    }
    return outcome.answer;
  }

  async end(): Promise<Document> {
    this.#controller.abort();
    await this.#over;
    return {};
  }

  async #follow(events: AsyncIterable<Document>): Promise<void> {
    try {
      for await (const answer of events) {
        this.#put({ answer });
      }
    } catch (error) {
      this.#put({ error });
    }
  }

  #put(outcome: Outcome): void {
    this.#outcomes.push(outcome);
    this.#news();
  }
}

function settled(answer: Promise<Document>): Promise<Outcome> {
  return answer.then(
    (found) => ({ answer: found }),
    (error: unknown) => ({ error }),
  );
}

function fetched(url: string): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    });
    request.on("error", reject);
  });
}
