/**
 * A transport of Connect over the REST gateway: each method by its `google.api.http` annotation, streams as lines of JSON.
 * What has no annotation is UNIMPLEMENTED.
 */
import { create, type DescMessage, type DescMethod, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";

import type { Link } from "../client.js";
import { responseOf } from "./answers.js";
import { Exchange } from "./exchange.js";
import { routeOf, type Route } from "./routes.js";

/** Returns the connection to the gateway at `url`, whose requests all have `headers`. */
export function gatewayLink(url: string, headers: Readonly<Record<string, string>>): Link {
  const underWay = new Set<Exchange>();
  const exchange = (signal: AbortSignal | undefined, timeoutMs: number | undefined) => {
    const made = new Exchange(url, headers, signal, timeoutMs, () => underWay.delete(made));
    underWay.add(made);
    return made;
  };
  const transport: Transport = {
    async unary(method, signal, timeoutMs, header, input) {
      const route = routed(method);
      const request = create(method.input, input);
      const made = exchange(signal, timeoutMs);
      try {
        const answer = await made.fetch(method, route, request, header, "application/json");
        const body = await made.body(answer);
        const isWhole = "validateOnly" in request && request.validateOnly === true;
        const message = responseOf(route, method.output, answer.headers, body, isWhole);
        return { stream: false, service: method.parent, method, header: answer.headers, trailer: new Headers(), message };
      } finally {
        made.end();
      }
    },

    async stream(method, signal, timeoutMs, header, input) {
      const route = routed(method);
      const request = await only(method.input, input);
      const made = exchange(signal, timeoutMs);
      try {
        const answer = await made.fetch(method, route, request, header, "application/x-ndjson");
        const message = made.messages(method, route, answer);
        return { stream: true, service: method.parent, method, header: answer.headers, trailer: new Headers(), message };
      } catch (reason) {
        made.end();
        throw reason;
      }
    },
  };
  return { transport, close: () => underWay.forEach((each) => each.abort("the client is closed", Code.Canceled)) };
}

function routed(method: DescMethod): Route {
  const route = routeOf(method);
  if (route === undefined) {
    throw new ConnectError(`${method.name} has no REST`, Code.Unimplemented);
  }
  return route;
}

async function only<I extends DescMessage>(
  schema: I,
  input: AsyncIterable<MessageInitShape<I>>,
): Promise<MessageShape<I>> {
  for await (const request of input) {
    return create(schema, request);
  }
  return create(schema);
}
