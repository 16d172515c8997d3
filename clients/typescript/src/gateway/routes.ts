/** The `google.api.http` annotation of a method. Pure. */
import { getOption, hasOption, type DescField, type DescMessage, type DescMethod } from "@bufbuild/protobuf";

import { http } from "../gen/google/api/annotations_pb.js";

/** How a method is called over HTTP. */
export interface Route {
  readonly verb: string;
  /** A path with variables, such as `/backends/{backend.key}`. */
  readonly template: string;
  /** The field that the body is; undefined for none, `*` for all that the path does not bind. */
  readonly body: DescField | "*" | undefined;
  /** The field of the response that the answer's body is; undefined for all of it. */
  readonly answer: DescField | undefined;
}

/** Returns the route of a method; undefined where it has none. */
export function routeOf(method: DescMethod): Route | undefined {
  if (!hasOption(method, http)) {
    return undefined;
  }
  const { pattern, body, responseBody } = getOption(method, http);
  if (typeof pattern.value !== "string") {
    return undefined;
  }
  return {
    verb: (pattern.case ?? "").toUpperCase(),
    template: pattern.value,
    body: body === "*" ? body : fieldNamed(method.input, body),
    answer: fieldNamed(method.output, responseBody),
  };
}

/** Returns the field of that name, as its `.proto` or as JSON spells it. */
export function fieldNamed(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((each) => each.name === name || each.jsonName === name);
}
