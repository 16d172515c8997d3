/**
 * What a program calls: methods that return the generated types, and the generated stubs for all that has no method.
 *
 * It knows no network: `connect` of index.ts and of browser.ts give it a {@link Link}.
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { createClient, type CallOptions, type Client as Stub, type Transport } from "@connectrpc/connect";

import { calling, DEADLINES, type Deadlines } from "./calls.js";
import { Health } from "./gen/grpc/health/v1/health_pb.js";
import { pages } from "./pages.js";
import * as v1 from "./v1.js";
import { follow } from "./watch.js";
import {
  ActivityFollower,
  ConfigFollower,
  StatsFollower,
  type ActivityEvent,
  type ConfigEvent,
  type ConfigWatch,
} from "./watches.js";

/** A connection to a server. */
export interface Link {
  readonly transport: Transport;
  /** Ends it, and all that is under way. */
  close(): void;
}

/** How one call is made: `signal` cancels it, `timeoutMs` is its deadline in place of the client's. */
export type Calling = Pick<CallOptions, "signal" | "timeoutMs" | "headers">;

/** How a change of one resource is made. */
export interface Writing extends Calling {
  /** Make it only where the resource has that revision (0: where there is none); else it fails as ABORTED. */
  readonly expectedRevision?: bigint;
  /** Check and plan it, and make none. */
  readonly validateOnly?: boolean;
  /** When it answers; by default when HAProxy serves by it. */
  readonly waitFor?: v1.WaitFor;
  /** Who makes it and why, for the history. */
  readonly annotation?: MessageInitShape<typeof v1.AnnotationSchema>;
}

/** How a watch is made: `signal` ends it, as CANCELLED. */
export type Watching = Pick<CallOptions, "signal">;

/** A client of one Aqueduct. Errors of all its methods are AqueductError. */
export class Client {
  /** A transport with this client's deadlines, retries and errors, for stubs of your own. */
  readonly transport: Transport;
  readonly frontends: Stub<typeof v1.FrontendService>;
  readonly backends: Stub<typeof v1.BackendService>;
  readonly config: Stub<typeof v1.ConfigService>;
  readonly haproxy: Stub<typeof v1.HAProxyService>;
  readonly registry: Stub<typeof v1.RegistryService>;
  readonly stats: Stub<typeof v1.StatsService>;
  readonly activity: Stub<typeof v1.ActivityService>;
  /** Over gRPC only. */
  readonly health: Stub<typeof Health>;

  readonly #link: Link;
  readonly #closed = new AbortController();

  /** Makes a client over a connection, which {@link Client.close} ends. */
  constructor(link: Link, deadlines: Partial<Deadlines> = {}) {
    this.#link = link;
    this.transport = calling(link.transport, { ...DEADLINES, ...deadlines }, this.#closed.signal);
    this.frontends = createClient(v1.FrontendService, this.transport);
    this.backends = createClient(v1.BackendService, this.transport);
    this.config = createClient(v1.ConfigService, this.transport);
    this.haproxy = createClient(v1.HAProxyService, this.transport);
    this.registry = createClient(v1.RegistryService, this.transport);
    this.stats = createClient(v1.StatsService, this.transport);
    this.activity = createClient(v1.ActivityService, this.transport);
    this.health = createClient(Health, this.transport);
  }

  /** Ends the connection; all that is under way fails as CANCELLED. */
  close(): void {
    this.#closed.abort();
    this.#link.close();
  }

  /** Reads a frontend. NOT_FOUND where there is none. */
  async getFrontend(key: string, options?: Calling): Promise<v1.Frontend> {
    return has((await this.frontends.getFrontend({ key }, options)).frontend);
  }

  /** Creates or replaces a frontend, whole. */
  putFrontend(
    frontend: MessageInitShape<typeof v1.FrontendSchema>,
    options: Writing = {},
  ): Promise<v1.PutFrontendResponse> {
    return this.frontends.putFrontend({ frontend, ...written(options) }, options);
  }

  /** Deletes a frontend. NOT_FOUND where there is none. */
  deleteFrontend(key: string, options: Writing = {}): Promise<v1.DeleteFrontendResponse> {
    return this.frontends.deleteFrontend({ key, ...written(options) }, options);
  }

  /** Yields all frontends, ordered by key. */
  listFrontends(
    request: MessageInitShape<typeof v1.ListFrontendsRequestSchema> = {},
    options?: Calling,
  ): AsyncGenerator<v1.Frontend, void, undefined> {
    const list = (page: v1.ListFrontendsRequest) => this.frontends.listFrontends(page, options);
    return pages(v1.ListFrontendsRequestSchema, request, list, (page) => page.frontends);
  }

  /** Reads a backend. NOT_FOUND where there is none. */
  async getBackend(key: string, options?: Calling): Promise<v1.Backend> {
    return has((await this.backends.getBackend({ key }, options)).backend);
  }

  /** Creates or replaces a backend, whole. */
  putBackend(backend: MessageInitShape<typeof v1.BackendSchema>, options: Writing = {}): Promise<v1.PutBackendResponse> {
    return this.backends.putBackend({ backend, ...written(options) }, options);
  }

  /** Deletes a backend. NOT_FOUND where there is none. */
  deleteBackend(key: string, options: Writing = {}): Promise<v1.DeleteBackendResponse> {
    return this.backends.deleteBackend({ key, ...written(options) }, options);
  }

  /** Yields all backends, ordered by key. */
  listBackends(
    request: MessageInitShape<typeof v1.ListBackendsRequestSchema> = {},
    options?: Calling,
  ): AsyncGenerator<v1.Backend, void, undefined> {
    const list = (page: v1.ListBackendsRequest) => this.backends.listBackends(page, options);
    return pages(v1.ListBackendsRequestSchema, request, list, (page) => page.backends);
  }

  /** Yields the members of the backend `key`, in the order of its server lines. */
  listMembers(
    request: MessageInitShape<typeof v1.ListBackendMembersRequestSchema>,
    options?: Calling,
  ): AsyncGenerator<v1.Member, void, undefined> {
    const list = (page: v1.ListBackendMembersRequest) => this.backends.listBackendMembers(page, options);
    return pages(v1.ListBackendMembersRequestSchema, request, list, (page) => page.members);
  }

  /**
   * Switches a dynamic backend to the members of a version. FAILED_PRECONDITION where too few of them come up: the old
   * ones serve on then.
   */
  setVersion(key: string, version: string, options: Writing = {}): Promise<v1.SetBackendVersionResponse> {
    return this.backends.setBackendVersion({ key, version, ...written(options) }, options);
  }

  /** Tells where a service runs, or renews that. */
  async register(
    registration: MessageInitShape<typeof v1.RegistrationSchema>,
    options?: Calling,
  ): Promise<v1.Registration> {
    return has((await this.registry.register({ registration }, options)).registration);
  }

  /** Ends a registration. NOT_FOUND where there is none. */
  async deregister(id: string, options?: Calling): Promise<v1.Registration> {
    return has((await this.registry.deregister({ id }, options)).registration);
  }

  /** Yields registrations, ordered by id. */
  listRegistrations(
    request: MessageInitShape<typeof v1.ListRegistrationsRequestSchema> = {},
    options?: Calling,
  ): AsyncGenerator<v1.Registration, void, undefined> {
    const list = (page: v1.ListRegistrationsRequest) => this.registry.listRegistrations(page, options);
    return pages(v1.ListRegistrationsRequestSchema, request, list, (page) => page.registrations);
  }

  /** Yields the versions of services that backends can take members from, of every source, ordered by name. */
  listVersions(
    request: MessageInitShape<typeof v1.ListVersionsRequestSchema> = {},
    options?: Calling,
  ): AsyncGenerator<v1.ServiceVersion, void, undefined> {
    const list = (page: v1.ListVersionsRequest) => this.registry.listVersions(page, options);
    return pages(v1.ListVersionsRequestSchema, request, list, (page) => page.versions);
  }

  /** Yields the history, the newest revision first. */
  listRevisions(
    request: MessageInitShape<typeof v1.ListRevisionsRequestSchema> = {},
    options?: Calling,
  ): AsyncGenerator<v1.Revision, void, undefined> {
    const list = (page: v1.ListRevisionsRequest) => this.config.listRevisions(page, options);
    return pages(v1.ListRevisionsRequestSchema, request, list, (page) => page.revisions);
  }

  /** Yields the statistics that `request` selects. */
  listStats(
    request: MessageInitShape<typeof v1.GetStatsRequestSchema> = {},
    options?: Calling,
  ): AsyncGenerator<v1.Stats, void, undefined> {
    const list = (page: v1.GetStatsRequest) => this.stats.getStats(page, options);
    return pages(v1.GetStatsRequestSchema, request, list, (page) => page.stats);
  }

  /** Yields the events that `request` selects, the newest first. */
  listActivity(
    request: MessageInitShape<typeof v1.ListActivityRequestSchema> = {},
    options?: Calling,
  ): AsyncGenerator<v1.Event, void, undefined> {
    const list = (page: v1.ListActivityRequest) => this.activity.listActivity(page, options);
    return pages(v1.ListActivityRequestSchema, request, list, (page) => page.events);
  }

  /** Tells whether what is stored is what is served. */
  async getStatus(options?: Calling): Promise<v1.Status> {
    return has((await this.haproxy.getStatus({}, options)).status);
  }

  /**
   * Yields the configuration, then each change of it once and in order, over restarts of the server. It ends where its
   * loop is left, or by an error.
   */
  watchConfig(what: ConfigWatch = {}, options: Watching = {}): AsyncGenerator<ConfigEvent, void, undefined> {
    return follow(new ConfigFollower(this.config, what), options.signal, this.#closed.signal);
  }

  /** Yields the statistics that `request` selects, then what changes; all again (`snapshot`) over restarts of the server. */
  watchStats(
    request: MessageInitShape<typeof v1.StatsWatchRequestSchema> = {},
    options: Watching = {},
  ): AsyncGenerator<v1.StatsWatchResponse, void, undefined> {
    return follow(new StatsFollower(this.stats, request), options.signal, this.#closed.signal);
  }

  /** Yields what happens and `request` selects, each event once, over restarts of the server. */
  watchActivity(
    request: MessageInitShape<typeof v1.ActivityWatchRequestSchema> = {},
    options: Watching = {},
  ): AsyncGenerator<ActivityEvent, void, undefined> {
    return follow(new ActivityFollower(this.activity, request), options.signal, this.#closed.signal);
  }
}

/** Returns the fields of a request that {@link Writing} says. */
function written(options: Writing): Omit<Writing, keyof Calling> {
  const { signal: _signal, timeoutMs: _timeoutMs, headers: _headers, ...fields } = options;
  return fields;
}

/** Returns what an answer holds: servers of v1 leave none of these out. */
function has<Part>(part: Part | undefined): Part {
  if (part === undefined) {
    throw new TypeError("the answer is empty");
  }
  return part;
}
