/**
 * The loop of all watches: one stream after the other, until it is cancelled, an error is not one of a server that is
 * away, or its consumer leaves.
 */
import { Code, ConnectError } from "@connectrpc/connect";

import { PATIENCE } from "./calls.js";
import { cancelled, errorOf, type AqueductError } from "./errors.js";
import { linked, wait } from "./waiting.js";

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

/** What libraries make of a connection that breaks. */
const BROKEN: ReadonlySet<Code> = new Set([Code.Canceled, Code.Unknown, Code.Internal]);

/** The state of one watch: where it stands, and what has arrived in part. */
export interface Follower<Response, Event> {
  /** Opens the next stream, from where the watch stands. What has arrived in part is dropped. */
  open(signal: AbortSignal): AsyncIterable<Response>;
  /** Returns what a response makes whole. */
  take(response: Response): readonly Event[];
  /** Takes note of the end of a stream, and tells whether to open the next one at once. */
  beginsAnew(failed: AqueductError): boolean;
}

/**
 * Yields the events of a watch. AqueductError where it ends.
 *
 * @param signal - Ends it, as CANCELLED, where it is aborted.
 * @param closed - Likewise: the client's end.
 */
export async function* follow<Response, Event>(
  follower: Follower<Response, Event>,
  signal: AbortSignal | undefined,
  closed: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  const resumption = new Resumption();
  for (;;) {
    const { controller, release } = linked(signal);
    let ended: unknown = new ConnectError("the server ended the stream", Code.Unavailable);
    try {
      for await (const response of follower.open(controller.signal)) {
        resumption.answered();
        yield* follower.take(response);
      }
    } catch (reason) {
      ended = reason;
    } finally {
      release();
      controller.abort();
    }
    let failed = errorOf(ended, signal);
    if (!isOver(signal, closed) && !follower.beginsAnew(failed)) {
      await wait(resumption.pauseAfter(failed), signal, closed);
      failed = errorOf(cancelled("the watch was ended"), signal);
    }
    if (isOver(signal, closed)) {
      throw failed;
    }
  }
}

function isOver(...signals: readonly (AbortSignal | undefined)[]): boolean {
  return signals.some((each) => each?.aborted === true);
}

/** When to open the next stream of a watch. */
class Resumption {
  readonly #until = performance.now() + PATIENCE;
  #isKnown = false;
  #pause = 0;

  answered(): void {
    this.#isKnown = true;
    this.#pause = 0;
  }

  /** Returns the milliseconds to wait for the next stream. Throws what the watch ends by. */
  pauseAfter(failed: AqueductError): number {
    if (!isLost(failed) || (!this.#isKnown && performance.now() > this.#until)) {
      throw failed;
    }
    this.#pause = Math.min(Math.max(2 * this.#pause, FIRST_PAUSE), LONGEST_PAUSE);
    return this.#pause;
  }
}

function isLost(failed: AqueductError): boolean {
  return failed.code === Code.Unavailable || (BROKEN.has(failed.code) && failed.reason === "");
}
