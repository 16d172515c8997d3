/**
 * How calls fail: one class, with gRPC's code and what the server says of fields, preconditions and resources.
 *
 * Whatever a transport throws becomes it here. What a connection that breaks comes to (Node's `ECONNRESET` is
 * ABORTED in Connect, a reset stream is CANCELLED or INTERNAL) is UNAVAILABLE.
 */
import { Code, ConnectError } from "@connectrpc/connect";

import {
  BadRequestSchema,
  ErrorInfoSchema,
  PreconditionFailureSchema,
  ResourceInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";

/** One thing wrong with one field of the request, such as `backend.members[0].port`. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** What is not as the request needs it. `type` is a stable word, such as `BIND_ADDRESS`. */
export interface Precondition {
  readonly type: string;
  readonly subject: string;
  readonly description: string;
}

/** What an error is about: a type such as `backend`, a name such as `backends/web`. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly description: string;
}

/** How a call failed. */
export class AqueductError extends Error {
  override readonly name = "AqueductError";
  /** gRPC's code. */
  readonly code: Code;
  /** The code by gRPC's own word, such as `NOT_FOUND`. */
  readonly status: string;
  /** A stable word, such as `REVISION_MISMATCH`; empty where no Aqueduct answered. */
  readonly reason: string;
  /** Goes with the reason: `current_revision`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Which fields are wrong, and how. */
  readonly violations: readonly Violation[];
  /** What is not as the request needs it. */
  readonly preconditions: readonly Precondition[];
  /** What the error is about; undefined where it is about none. */
  readonly resource: Resource | undefined;

  /** Makes an error of what Connect says, under another code where one is given. `cause` keeps it. */
  constructor(from: ConnectError, code: Code = from.code) {
    super(from.rawMessage, { cause: from });
    this.code = code;
    this.status = wordOf(code);
    const info = from.findDetails(ErrorInfoSchema)[0];
    this.reason = info?.reason ?? "";
    this.metadata = { ...info?.metadata };
    this.violations = from
      .findDetails(BadRequestSchema)
      .flatMap((each) => each.fieldViolations)
      .map(({ field, description }) => ({ field, description }));
    this.preconditions = from
      .findDetails(PreconditionFailureSchema)
      .flatMap((each) => each.violations)
      .map(({ type, subject, description }) => ({ type, subject, description }));
    const about = from.findDetails(ResourceInfoSchema)[0];
    this.resource = about && { type: about.resourceType, name: about.resourceName, description: about.description };
  }
}

/**
 * Returns an error of a call as one of ours.
 *
 * @param signal - Where it is aborted, the call was cancelled, or its time is over (`AbortSignal.timeout`).
 */
export function errorOf(reason: unknown, signal?: AbortSignal): AqueductError {
  if (reason instanceof AqueductError) {
    return reason;
  }
  const error = ConnectError.from(reason);
  if (signal?.aborted === true) {
    const isLate = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
    return new AqueductError(error, isLate ? Code.DeadlineExceeded : Code.Canceled);
  }
  const isAnswer = error.metadata.has("grpc-status") || error.details.length > 0;
  return new AqueductError(error, !isAnswer && BROKEN.has(error.code) ? Code.Unavailable : error.code);
}

/** Returns the error of a call that its caller, or the client's end, cancelled. */
export function cancelled(message: string): AqueductError {
  return new AqueductError(new ConnectError(message, Code.Canceled));
}

const BROKEN: ReadonlySet<Code> = new Set([Code.Aborted, Code.Canceled, Code.Internal]);

function wordOf(code: Code): string {
  return code === Code.Canceled ? "CANCELLED" : (Code[code] ?? "Unknown").replace(/(?<!^)[A-Z]/g, "_$&").toUpperCase();
}
