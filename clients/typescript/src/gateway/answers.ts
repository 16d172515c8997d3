/** Answers of HTTP as responses, and as errors. Pure. */
import {
  isMessage,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type MessageShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";

import {
  BadRequestSchema,
  ErrorInfoSchema,
  PreconditionFailureSchema,
  ResourceInfoSchema,
} from "../gen/google/rpc/error_details_pb.js";
import { messageOf } from "./documents.js";
import { renamed } from "./fields.js";
import type { Route } from "./routes.js";

/** What the gateway says of an error. */
interface Refusal {
  readonly status?: string;
  readonly message?: string;
  readonly details?: readonly JsonObject[];
}

const DETAILS = [BadRequestSchema, ErrorInfoSchema, PreconditionFailureSchema, ResourceInfoSchema];

/**
 * Returns the response that an answer is.
 *
 * @param isWhole - Whether its body is all of the response, whatever the route says.
 */
export function responseOf<O extends DescMessage>(
  route: Route,
  output: O,
  headers: Headers,
  body: JsonValue,
  isWhole: boolean,
): MessageShape<O> {
  const { answer } = route;
  if (isWhole || answer === undefined) {
    return messageOf(output, body);
  }
  const others = output.fields.filter((each) => each !== answer && headers.has(headerOf(each)));
  const document = others.map((each) => [each.jsonName, ofHeader(each, headers.get(headerOf(each)) ?? "")] as const);
  return messageOf(output, { ...Object.fromEntries(document), [answer.jsonName]: body });
}

/** Returns the error that an answer tells, or the last line of a stream. `http` is the answer's status, 0 for a line. */
export function errorOfAnswer(route: Route, input: DescMessage, http: number, body: JsonValue | undefined): ConnectError {
  const said: Refusal = typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
  const details = (said.details ?? []).flatMap(({ "@type": type, ...value }) => {
    const desc = DETAILS.find((each) => type === `type.googleapis.com/${each.typeName}`);
    return desc === undefined ? [] : [{ desc, value: messageOf<DescMessage>(desc, value) }];
  });
  const named = details.map((each) => each.value).filter((each) => isMessage(each, BadRequestSchema));
  const message = renamed(route, input, said.message ?? `HTTP ${http}`, named.flatMap((each) => each.fieldViolations));
  return new ConnectError(message, codeOf(said.status) ?? CODES.get(http) ?? Code.Unknown, undefined, details);
}

/** Codes of answers that are not the gateway's: those of proxies. */
const CODES: ReadonlyMap<number, Code> = new Map([
  [400, Code.Internal],
  [401, Code.Unauthenticated],
  [403, Code.PermissionDenied],
  [404, Code.Unimplemented],
  [429, Code.Unavailable],
  [502, Code.Unavailable],
  [503, Code.Unavailable],
  [504, Code.Unavailable],
]);

/** Returns the code of gRPC's word for it: `NOT_FOUND`. */
function codeOf(word: string | undefined): Code | undefined {
  const names = Object.entries(Code).filter(([, code]) => typeof code === "number");
  const plain = (word === "CANCELLED" ? "CANCELED" : (word ?? "")).replaceAll("_", "");
  const found = names.find(([name]) => name.toUpperCase() === plain);
  return found === undefined ? undefined : Number(found[1]);
}

/** Returns the header that a field of a response is in: `Aqueduct-Next-Page-Token`. */
function headerOf(field: DescField): string {
  return `aqueduct-${field.name.replaceAll("_", "-")}`;
}

/** Returns what a header says: JSON, or a text as it is. */
function ofHeader(field: DescField, text: string): JsonValue {
  return field.fieldKind === "scalar" && !/^["\d]/.test(text) ? text : (JSON.parse(text) as JsonValue);
}
