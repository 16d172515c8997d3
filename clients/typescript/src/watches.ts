/** What the three watches tell, and where each of them resumes. */
import { clone, create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, type Client } from "@connectrpc/connect";

import type { AqueductError } from "./errors.js";
import {
  ActivityWatchRequestSchema,
  type ActivityService,
  type ActivityWatchResponse,
  type ConfigService,
  type ConfigWatchResponse,
  type Configuration,
  type Event,
  type Revision,
  type StatsService,
  type StatsWatchRequestSchema,
  type StatsWatchResponse,
} from "./v1.js";
import type { Follower } from "./watch.js";

/** The configuration at a revision, in place of what was known. */
export interface ConfigSnapshot {
  readonly kind: "snapshot";
  /** The revision up to which all is known. */
  readonly revision: bigint;
  readonly configuration: Configuration;
  /**
   * Empty for the first; else why the watch began anew: what happened in between is not known any more (`COMPACTED`), or
   * the server has another store (`FUTURE_REVISION`).
   */
  readonly reset: string;
}

/** What a revision changed, all of it. */
export interface ConfigChange {
  readonly kind: "change";
  /** The revision that made the change. */
  readonly revision: bigint;
  readonly change: Revision;
}

/** What a watch of the configuration tells. */
export type ConfigEvent = ConfigSnapshot | ConfigChange;

/** What a watch of the configuration is of. */
export interface ConfigWatch {
  /** Some resources (`backends/web`), or those of a kind (`backends/`); all, where there is none. */
  readonly resources?: readonly string[];
  /** Begin with what changed after that revision; by default with a snapshot. */
  readonly after?: bigint;
}

/** What a watch of activity tells: an event, or how many were left out before the next one. */
export type ActivityEvent = { readonly kind: "event"; readonly event: Event } | ActivityMissed;

/** Events that are not told, since the client was too slow or they are kept no more. */
export interface ActivityMissed {
  readonly kind: "missed";
  readonly count: bigint;
}

/** Follows the configuration, by revision. */
export class ConfigFollower implements Follower<ConfigWatchResponse, ConfigEvent> {
  readonly #service: Client<typeof ConfigService>;
  readonly #resources: string[];
  #known: bigint | undefined;
  #reset = "";
  #whole: ConfigWatchResponse | undefined;

  constructor(service: Client<typeof ConfigService>, what: ConfigWatch) {
    this.#service = service;
    this.#resources = [...(what.resources ?? [])];
    this.#known = what.after;
  }

  open(signal: AbortSignal): AsyncIterable<ConfigWatchResponse> {
    this.#whole = undefined;
    const after = this.#known === undefined ? {} : { afterRevision: this.#known };
    return this.#service.configWatch({ resources: this.#resources, ...after }, { signal });
  }

  take(response: ConfigWatchResponse): readonly ConfigEvent[] {
    const whole = this.#whole === undefined ? response : joined(this.#whole, response);
    this.#whole = response.more ? whole : undefined;
    if (response.more) {
      return [];
    }
    const revision = response.revision;
    this.#known = revision;
    switch (whole.event.case) {
      case "snapshot": {
        const reset = this.#reset;
        this.#reset = "";
        return [{ kind: "snapshot", revision, configuration: whole.event.value, reset }];
      }
      case "change":
        return [{ kind: "change", revision, change: whole.event.value }];
      default:
        return []; // a progress mark
    }
  }

  beginsAnew(failed: AqueductError): boolean {
    if (failed.code === Code.OutOfRange && this.#known !== undefined) {
      this.#known = undefined;
      this.#reset = failed.reason;
      return true;
    }
    return isSlow(failed);
  }
}

/** Follows statistics: each stream begins with a snapshot. */
export class StatsFollower implements Follower<StatsWatchResponse, StatsWatchResponse> {
  readonly #service: Client<typeof StatsService>;
  readonly #request: MessageInitShape<typeof StatsWatchRequestSchema>;
  #whole: StatsWatchResponse | undefined;

  constructor(service: Client<typeof StatsService>, request: MessageInitShape<typeof StatsWatchRequestSchema>) {
    this.#service = service;
    this.#request = request;
  }

  open(signal: AbortSignal): AsyncIterable<StatsWatchResponse> {
    this.#whole = undefined;
    return this.#service.statsWatch(this.#request, { signal });
  }

  take(response: StatsWatchResponse): readonly StatsWatchResponse[] {
    const whole = this.#whole ?? response;
    if (whole !== response) {
      whole.stats.push(...response.stats);
      whole.removed.push(...response.removed);
    }
    whole.more = response.more;
    this.#whole = response.more ? whole : undefined;
    return response.more ? [] : [whole];
  }

  beginsAnew(failed: AqueductError): boolean {
    return isSlow(failed);
  }
}

/** Follows activity, by the id of the last event that the server looked at. */
export class ActivityFollower implements Follower<ActivityWatchResponse, ActivityEvent> {
  readonly #service: Client<typeof ActivityService>;
  readonly #request;

  constructor(service: Client<typeof ActivityService>, request: MessageInitShape<typeof ActivityWatchRequestSchema>) {
    this.#service = service;
    this.#request = clone(ActivityWatchRequestSchema, create(ActivityWatchRequestSchema, request));
  }

  open(signal: AbortSignal): AsyncIterable<ActivityWatchResponse> {
    return this.#service.activityWatch(this.#request, { signal });
  }

  take(response: ActivityWatchResponse): readonly ActivityEvent[] {
    this.#request.afterId = response.lastId;
    const missed: ActivityEvent[] = response.missed > 0n ? [{ kind: "missed", count: response.missed }] : [];
    return [...missed, ...response.events.map((event) => ({ kind: "event" as const, event }))];
  }

  beginsAnew(failed: AqueductError): boolean {
    return isSlow(failed);
  }
}

function isSlow(failed: AqueductError): boolean {
  return failed.reason === "SLOW_WATCHER";
}

function joined(whole: ConfigWatchResponse, part: ConfigWatchResponse): ConfigWatchResponse {
  if (whole.event.case === "snapshot" && part.event.case === "snapshot") {
    whole.event.value.frontends.push(...part.event.value.frontends);
    whole.event.value.backends.push(...part.event.value.backends);
  } else if (whole.event.case === "change" && part.event.case === "change") {
    whole.event.value.changes.push(...part.event.value.changes);
  }
  return whole;
}
