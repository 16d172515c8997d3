/**
 * Calls: each has a deadline, is made again where that is safe, and fails by an {@link AqueductError}.
 *
 * All of it is a transport over another one, so that the generated stubs have it too.
 */
import { create, isFieldSet, type DescMessage, type DescMethod, type MessageShape } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { Code, type Transport } from "@connectrpc/connect";

import { cancelled, errorOf, type AqueductError } from "./errors.js";
import { Health } from "./gen/grpc/health/v1/health_pb.js";
import { linked, wait } from "./waiting.js";

/** Milliseconds that a server which is not there has to come back, unless a watch has seen it. */
export const PATIENCE = 10_000;

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;

/** What calls have, retries included, where they name no `timeoutMs` themselves. Milliseconds. */
export interface Deadlines {
  /** For calls that change nothing; 10 s by default. */
  readonly read: number;
  /** For the others; 90 s by default, since a switch of members may wait for 60 s. */
  readonly write: number;
}

/** What calls have by default. */
export const DEADLINES: Deadlines = { read: 10_000, write: 90_000 };

/**
 * Returns a transport that makes its calls through `transport`.
 *
 * @param closed - Once it is aborted, nothing is made any more: all that is under way fails as cancelled.
 */
export function calling(transport: Transport, deadlines: Deadlines, closed: AbortSignal): Transport {
  const failure = (reason: unknown, signal: AbortSignal | undefined): AqueductError =>
    closed.aborted ? cancelled("the client is closed") : errorOf(reason, signal);

  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const request = create(method.input, input);
      const end = performance.now() + (timeoutMs ?? (reads(method) ? deadlines.read : deadlines.write));
      const until = Math.min(end, performance.now() + PATIENCE);
      for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
        let failed = cancelled("the client is closed");
        if (!closed.aborted) {
          const { controller, release } = linked(signal, closed); // a call that begins as the client ends, ends as well
          try {
            const left = Math.max(Math.ceil(end - performance.now()), 1);
            return await transport.unary(method, controller.signal, left, header, input, contextValues);
          } catch (reason) {
            failed = failure(reason, signal);
          } finally {
            release();
          }
        }
        if (!passes(failed) || !isSafe(method, request) || performance.now() + pause > until) {
          throw failed;
        }
        await wait(pause, signal, closed);
      }
    },

    async stream(method, signal, timeoutMs, header, input, contextValues) {
      if (closed.aborted) {
        throw cancelled("the client is closed");
      }
      const { controller, release } = linked(signal, closed);
      try {
        const opened = await transport.stream(method, controller.signal, timeoutMs, header, input, contextValues);
        return { ...opened, message: translated(opened.message, (reason) => failure(reason, signal), release) };
      } catch (reason) {
        release();
        throw failure(reason, signal);
      }
    },
  };
}

/** Tells whether a method changes nothing. */
function reads(method: DescMethod): boolean {
  return method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS || method.parent === Health;
}

/** Tells whether a call may be made again: a second time it does, and answers, the same. */
function isSafe<I extends DescMessage>(method: DescMethod & { input: I }, request: MessageShape<I>): boolean {
  const revision = method.input.fields.find((each) => each.name === "expected_revision");
  const isPlain = revision === undefined || !isFieldSet(request, revision);
  return isPlain && (/^(Get|List|Diff|Export|Put|Set|Register)/.test(method.name) || method.parent === Health);
}

/** Tells whether an error is one of a server that is away, and says nothing or that it ends. */
function passes(failed: AqueductError): boolean {
  return failed.code === Code.Unavailable && (failed.reason === "" || failed.reason === "SHUTTING_DOWN");
}

async function* translated<Message>(
  messages: AsyncIterable<Message>,
  failure: (reason: unknown) => AqueductError,
  release: () => void,
): AsyncGenerator<Message, void, undefined> {
  try {
    yield* messages;
  } catch (reason) {
    throw failure(reason);
  } finally {
    release();
  }
}
