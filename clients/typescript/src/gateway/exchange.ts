/**
 * One request to the gateway and its answer, which a signal, a deadline and silence end.
 *
 * Silence is a stream that says nothing for longer than the gateway's sign of life takes: it is UNAVAILABLE.
 */
import type { DescMessage, DescMethod, JsonValue, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";

import { linked } from "../waiting.js";
import { errorOfAnswer } from "./answers.js";
import { messageOf } from "./documents.js";
import { lines } from "./lines.js";
import { httpRequest } from "./requests.js";
import type { Route } from "./routes.js";

/** Milliseconds without a sign of life: the gateway gives one each 10 s. */
const SILENCE = 30_000;

/** Makes one request. */
export class Exchange {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number | undefined;
  readonly #controller: AbortController;
  readonly #release: () => void;
  readonly #deadline: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    ended: () => void,
  ) {
    const { controller, release } = linked(signal);
    this.#url = url;
    this.#headers = headers;
    this.#timeoutMs = timeoutMs;
    this.#controller = controller;
    this.#release = () => [release, ended].forEach((each) => each());
    const late = () => this.abort("the deadline has passed", Code.DeadlineExceeded);
    this.#deadline = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  }

  /** Makes the request. ConnectError where the answer is one, or where there is none. */
  async fetch<I extends DescMessage>(
    method: DescMethod & { readonly input: I },
    route: Route,
    request: MessageShape<I>,
    header: HeadersInit | undefined,
    accept: string,
  ): Promise<Response> {
    const { verb, path, body } = httpRequest(route, method.input, request);
    const headers = new Headers({ ...this.#headers, accept });
    new Headers(header).forEach((value, name) => headers.set(name, value));
    if (body !== undefined) {
      headers.set("content-type", "application/json");
    }
    if (this.#timeoutMs !== undefined) {
      headers.set("request-timeout", String(Math.ceil(this.#timeoutMs) / 1_000));
    }
    const { signal } = this.#controller;
    const init = { method: verb, headers, signal, cache: "no-store" as const, ...(body === undefined ? {} : { body }) };
    const answer = await this.#held(fetch(this.#url + path, init));
    if (answer.ok) {
      return answer;
    }
    throw errorOfAnswer(route, method.input, answer.status, parsed(await this.#held(answer.text())));
  }

  /** Returns the whole body of an answer. */
  async body(answer: Response): Promise<JsonValue> {
    const document = parsed(await this.#held(answer.text()));
    if (document === undefined) {
      throw new ConnectError("the answer is no JSON: is this Aqueduct's gateway?", Code.DataLoss);
    }
    return document;
  }

  /** Yields the messages of a stream, and ends with it. */
  async *messages<O extends DescMessage>(
    method: DescMethod & { readonly output: O },
    route: Route,
    answer: Response,
  ): AsyncGenerator<MessageShape<O>, void, undefined> {
    try {
      for await (const line of lines(this.#chunks(answer))) {
        const document = parsed(line) ?? null;
        if (isError(document)) {
          throw errorOfAnswer(route, method.input, 0, document.error);
        }
        yield messageOf(method.output, document);
      }
    } finally {
      this.end();
    }
  }

  /** Cuts it. */
  abort(message: string, code: Code): void {
    this.#controller.abort(new ConnectError(message, code));
  }

  /** Lets go of all that it holds; cuts what is under way. */
  end(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#silence);
    this.#release();
    this.#controller.abort();
  }

  async *#chunks(answer: Response): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = answer.body?.getReader();
    while (reader !== undefined) {
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => this.abort("the server is silent", Code.Unavailable), SILENCE);
      const { done, value } = await this.#held(reader.read());
      if (done) {
        return;
      }
      yield value;
    }
  }

  /** Returns what comes of `doing`. ConnectError where it fails: why it was cut, or that nobody is there. */
  async #held<Value>(doing: Promise<Value>): Promise<Value> {
    try {
      return await doing;
    } catch (reason) {
      const { signal } = this.#controller;
      if (signal.aborted) {
        throw ConnectError.from(signal.reason, Code.Canceled);
      }
      throw new ConnectError(`${this.#url} does not answer`, Code.Unavailable, undefined, undefined, reason);
    }
  }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function isError(document: JsonValue): document is { error: JsonValue } {
  return typeof document === "object" && document !== null && !Array.isArray(document) && "error" in document;
}
