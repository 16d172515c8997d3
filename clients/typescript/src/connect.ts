/** Connects over gRPC: by HTTP/2, with TLS or without, to a port or a unix socket. */
import { connect as connectSocket, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";

import type { Deadlines } from "./calls.js";
import { Client } from "./client.js";
import { bearing, isLoopback } from "./token.js";

/** Milliseconds after which a connection that does not come about is given up. */
const CONNECTING = 5_000;
const PINGS = { pingIntervalMs: 20_000, pingTimeoutMs: 10_000 };

/** How to connect. */
export interface Options {
  /** Use TLS: by the system's roots, or by what is given (`ca`, `cert`, `key`). */
  readonly tls?: boolean | ConnectionOptions;
  /** Send `authorization: Bearer TOKEN` with each call. Without TLS that is refused, but to this machine. */
  readonly token?: string;
  /** Deadlines of calls that name none. */
  readonly deadlines?: Partial<Deadlines>;
}

/**
 * Returns a client of the server at `target`, such as `127.0.0.1:10001` or `unix:/run/aqueduct.sock`. Nothing is sent
 * before the first call. TypeError for a target that is none, or that a token may not be sent to.
 */
export function connect(target: string, options: Options = {}): Client {
  const place = placeOf(target);
  const tls = options.tls ?? false;
  if (options.token !== undefined && tls === false && !place.isLocal) {
    throw new TypeError(`a token is not sent to ${target} without TLS`);
  }
  const baseUrl = `${tls === false ? "http" : "https"}://${place.authority}`;
  const createConnection = () => opened(place, tls);
  const sessionManager = new Http2SessionManager(baseUrl, PINGS, { createConnection });
  const transport = createGrpcTransport({ baseUrl, sessionManager, interceptors: bearing(options.token) });
  return new Client({ transport, close: () => sessionManager.abort() }, options.deadlines);
}

interface Place {
  /** The host and port of the URL. */
  readonly authority: string;
  /** Where to connect to. */
  readonly at: { readonly path: string } | { readonly host: string; readonly port: number };
  readonly isLocal: boolean;
}

function placeOf(target: string): Place {
  const path = /^unix:(?:\/\/)?(\/.*)$/.exec(target)?.[1];
  if (path !== undefined) {
    return { authority: "localhost", at: { path }, isLocal: true };
  }
  const found = /^(?:\[([^\]]+)\]|([^:/@]+)):(\d+)$/.exec(target);
  const host = found?.[1] ?? found?.[2];
  if (host === undefined) {
    throw new TypeError(`${target} is no target: HOST:PORT or unix:/PATH`);
  }
  return { authority: target, at: { host, port: Number(found?.[3]) }, isLocal: isLoopback(host) };
}

function opened(place: Place, tls: boolean | ConnectionOptions): Socket {
  const socket = tls === false ? connectSocket(place.at) : connectTls(secured(place, tls === true ? {} : tls));
  const late = Object.assign(new Error(`no connection within ${CONNECTING / 1_000} s`), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(late), CONNECTING);
  socket.once(tls === false ? "connect" : "secureConnect", () => clearTimeout(timer));
  socket.once("close", () => clearTimeout(timer));
  return socket;
}

function secured(place: Place, tls: ConnectionOptions): ConnectionOptions {
  const host = "host" in place.at ? place.at.host : "localhost";
  const name = isIP(host) === 0 ? { servername: host } : {};
  return { ALPNProtocols: ["h2"], ...name, ...tls, ...place.at };
}
