/** Requests as HTTP has them: the path, the query and the body. Pure. */
import { toJson, type DescMessage, type JsonObject, type JsonValue, type MessageShape } from "@bufbuild/protobuf";

import { fieldNamed, type Route } from "./routes.js";

/** What is sent. */
export interface HttpRequest {
  readonly verb: string;
  /** With the query. */
  readonly path: string;
  /** JSON; undefined for none. */
  readonly body: string | undefined;
}

/** Returns a request as HTTP has it. The path takes what it binds, the body its field, and the query what is left. */
export function httpRequest<I extends DescMessage>(route: Route, input: I, request: MessageShape<I>): HttpRequest {
  const document = toJson(input, request) as JsonObject;
  const bound = route.template.replace(/\{([a-z0-9_.]+)(?:=[^}]*)?\}/g, (_, path: string) =>
    encodeURIComponent(taken(document, input, path.split("."))),
  );
  const [body, others] = parted(route, document);
  const query = new URLSearchParams(parameters(others)).toString();
  const path = query === "" ? bound : `${bound}?${query}`;
  return { verb: route.verb, path, body: body === undefined ? undefined : JSON.stringify(body) };
}

/** Takes the value of a field out of a document, as a text. */
function taken(document: JsonObject, message: DescMessage, [name = "", ...within]: readonly string[]): string {
  const field = fieldNamed(message, name);
  const key = field?.jsonName ?? name;
  const value = document[key];
  if (within.length > 0 && field?.message !== undefined && isObject(value)) {
    return taken(value, field.message, within);
  }
  delete document[key];
  return typeof value === "object" || value === undefined ? "" : String(value);
}

/** Parts a document into what is the body, and what is not. */
function parted(route: Route, document: JsonObject): readonly [JsonValue | undefined, JsonObject] {
  if (route.body === undefined) {
    return [undefined, document];
  }
  if (route.body === "*") {
    return [document, {}];
  }
  const { [route.body.jsonName]: body = {}, ...others } = document;
  return [body, others];
}

/** Returns parameters of a query: those of messages within by dots, lists by repetition. */
function parameters(document: JsonObject, prefix = ""): [string, string][] {
  return Object.entries(document).flatMap(([name, value]): [string, string][] => {
    if (isObject(value)) {
      return parameters(value, `${prefix}${name}.`);
    }
    return [value].flat().map((each) => [prefix + name, String(each)]);
  });
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
