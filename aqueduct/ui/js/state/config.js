/**
 * The configuration, by what ConfigWatch tells. Pure.
 *
 * What comes in parts of one revision is taken over once the last one is there: no state is half of a revision.
 */

/**
 * @typedef {import("../types.js").ConfigWatchResponse} ConfigWatchResponse
 * @typedef {import("../types.js").Frontend} Frontend
 * @typedef {import("../types.js").Backend} Backend
 * @typedef {{
 *   revision: number | undefined,
 *   frontends: ReadonlyMap<string, Frontend>,
 *   backends: ReadonlyMap<string, Backend>,
 *   parts: readonly ConfigWatchResponse[],
 * }} Config `revision` is the one to resume after, undefined until the first snapshot is whole
 */

/** @type {Config} */
export const NO_CONFIG = { revision: undefined, frontends: new Map(), backends: new Map(), parts: [] };

/** @param {Config} state @param {ConfigWatchResponse} message @returns {Config} */
export function applyConfig(state, message) {
  const parts = [...state.parts, message];
  if (message.more) return { ...state, parts };
  const begins = parts.some((part) => part.snapshot);
  const frontends = new Map(begins ? [] : state.frontends);
  const backends = new Map(begins ? [] : state.backends);
  for (const { snapshot, change } of parts) {
    for (const each of snapshot?.frontends ?? []) frontends.set(each.key, each);
    for (const each of snapshot?.backends ?? []) backends.set(each.key, each);
    for (const each of change?.changes ?? []) changed(frontends, backends, each);
  }
  const same = parts.every((part) => !part.snapshot && !part.change);
  const maps = same ? {} : { frontends: sorted(frontends), backends: sorted(backends) };
  return { ...state, ...maps, revision: message.revision ?? 0, parts: [] };
}

/** What a stream that was cut left unfinished is told again. @param {Config} state @returns {Config} */
export function resumed(state) {
  return state.parts.length ? { ...state, parts: [] } : state;
}

/**
 * @param {Map<string, Frontend>} frontends
 * @param {Map<string, Backend>} backends
 * @param {import("../types.js").ResourceChange} change
 */
function changed(frontends, backends, { resource, after }) {
  const [kind, key] = split(resource);
  if (after?.frontend) frontends.set(key, after.frontend);
  else if (after?.backend) backends.set(key, after.backend);
  else (kind === "frontends" ? frontends : backends).delete(key);
}

/** The collection and the key of `backends/web`. @param {string} resource @returns {[string, string]} */
export function split(resource) {
  const slash = resource.indexOf("/");
  return [resource.slice(0, slash), resource.slice(slash + 1)];
}

/** @template T @param {Map<string, T>} map @returns {Map<string, T>} ordered by key */
function sorted(map) {
  return new Map([...map].sort(([one], [other]) => (one < other ? -1 : 1)));
}
