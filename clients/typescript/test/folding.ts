/** What a watch of the configuration comes to, by its events as documents. */
import { isMap } from "./matching.js";
import type { Document } from "./served.js";

/** Folds events. */
export class Folding {
  /** Resources by their names. */
  state: Document = {};
  /** The revisions of the changes since it began. */
  told: bigint[] = [];

  /** @param began - The last snapshot's revision, or that after which the watch began. */
  constructor(public began: bigint) {}

  /** The last that was folded. */
  get revision(): bigint {
    return this.told.at(-1) ?? this.began;
  }

  /** Folds an event. Error where it does not follow. */
  take(event: Document): void {
    const revision = BigInt(String(event["revision"]));
    if (event["kind"] === "snapshot") {
      this.state = named(event["configuration"]);
      this.began = revision;
      this.told = [];
      return;
    }
    if (revision <= this.revision) {
      throw new Error(`${revision} is told after ${this.revision}`);
    }
    this.told.push(revision);
    const change = event["change"] as { changes: { resource: string; after?: Document }[] };
    for (const { resource, after } of change.changes) {
      delete this.state[resource];
      for (const became of Object.values(after ?? {})) {
        this.state[resource] = became;
      }
    }
  }
}

/** Returns resources by their names. */
export function named(configuration: unknown): Document {
  const all: Document = {};
  for (const kind of ["frontends", "backends"]) {
    const resources = isMap(configuration) ? (configuration[kind] ?? []) : [];
    for (const each of resources as { key: string }[]) {
      all[`${kind}/${each.key}`] = each;
    }
  }
  return all;
}
