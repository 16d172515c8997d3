/** clients/serve: an Aqueduct with an HAProxy, which obeys words and ends with its standard input. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** A JSON object. */
export type Document = { [key: string]: unknown };

/** The client's own directory. */
export const HERE = fileURLToPath(new URL("../../", import.meta.url));

/** Where the server is, and how to have it do things. */
export class Served {
  readonly target: string;
  readonly http: string;
  readonly variables: Readonly<Record<string, string>>;

  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    process: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    where: Document,
  ) {
    this.#process = process;
    this.#lines = lines;
    this.target = String(where["target"]);
    this.http = String(where["http"]);
    this.variables = where["variables"] as Record<string, string>;
  }

  /** Starts it. */
  static async start(): Promise<Served> {
    const process = spawn("../serve", { cwd: HERE, stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface(process.stdout)[Symbol.asyncIterator]();
    return new Served(process, lines, await read(lines));
  }

  /** Has it do something; returns its answer. One word after the other. */
  tell(word: string): Promise<Document> {
    const answer = this.#last.then(() => this.#obey(word));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Ends it, and waits for that. */
  async end(): Promise<void> {
    const over = once(this.#process, "exit");
    this.#process.stdin.end();
    await over;
  }

  async #obey(word: string): Promise<Document> {
    this.#process.stdin.write(`${word}\n`);
    const answer = await read(this.#lines);
    if (answer["error"] !== undefined) {
      throw new Error(`clients/serve: ${word}: ${String(answer["error"])}`);
    }
    return answer;
  }
}

async function read(lines: AsyncIterator<string>): Promise<Document> {
  const line = await lines.next();
  if (line.done === true) {
    throw new Error("clients/serve has ended");
  }
  return JSON.parse(line.value) as Document;
}
