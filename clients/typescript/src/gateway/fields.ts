/**
 * Paths of fields in errors. The gateway names them as JSON has them, and within the body (`members[0].lastKnown`); gRPC, and
 * so this client, as the request has them (`backend.members[0].last_known`). Pure.
 */
import type { DescMessage } from "@bufbuild/protobuf";

import { fieldNamed, type Route } from "./routes.js";

/** One thing wrong with a field, by the path that the gateway says. */
interface Violation {
  field: string;
  readonly description: string;
}

/** Gives violations the paths of the request; returns the message with these in it. */
export function renamed(route: Route, input: DescMessage, message: string, violations: readonly Violation[]): string {
  return violations.reduce((told, each) => {
    const written = `${each.field}: ${each.description}`;
    each.field = pathOf(route, input, each.field);
    return told.replace(written, () => `${each.field}: ${each.description}`);
  }, message);
}

function pathOf(route: Route, input: DescMessage, written: string): string {
  const body = typeof route.body === "object" ? route.body : undefined;
  const [first = ""] = written.split(/[.[]/);
  if (body?.message !== undefined && fieldNamed(body.message, first) !== undefined) {
    return `${body.name}.${spelled(body.message, written)}`;
  }
  return spelled(input, written);
}

/** Returns a path by the names of the `.proto`; what leads out of the message stays as it is. */
function spelled(message: DescMessage, path: string): string {
  let at: DescMessage | undefined = message;
  return path
    .split(".")
    .map((part) => {
      const [, name = "", index = ""] = /^([^[]*)(.*)$/s.exec(part) ?? [];
      const field: ReturnType<typeof fieldNamed> = at === undefined ? undefined : fieldNamed(at, name);
      at = field?.message;
      return (field?.name ?? name) + index;
    })
    .join(".");
}
