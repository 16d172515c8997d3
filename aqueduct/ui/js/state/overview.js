/** What the overview shows, by what streams and calls tell. Pure. */
import { NO_CONFIG, applyConfig, resumed } from "./config.js";
import { NO_STATS, applyStats } from "./stats.js";

/**
 * @typedef {import("../types.js").Backend} Backend
 * @typedef {import("../types.js").Frontend} Frontend
 * @typedef {import("../types.js").Stats} Stats
 * @typedef {import("../types.js").Status} Status
 * @typedef {import("../types.js").Transition} Transition
 * @typedef {{
 *   config: import("./config.js").Config,
 *   stats: import("./stats.js").Statistics,
 *   backends: ReadonlyMap<string, Backend>,
 *   status: Status | undefined,
 * }} Overview `backends` with their members, as calls tell; those of `config` have none where discovery brings them
 * @typedef {{ config: import("../types.js").ConfigWatchResponse } | { stats: import("../types.js").StatsWatchResponse }
 *   | { backends: Backend[] } | { backend: Backend } | { status: Status } | { cut: "config" | "stats" } | { forget: "config" }} Message
 */

/** @type {Overview} */
export const NO_OVERVIEW = { config: NO_CONFIG, stats: NO_STATS, backends: new Map(), status: undefined };

/** @param {Overview} state @param {Message} message @returns {Overview} */
export function reduce(state, message) {
  if ("config" in message) return { ...state, config: applyConfig(state.config, message.config) };
  if ("stats" in message) return { ...state, stats: applyStats(state.stats, message.stats) };
  if ("backends" in message) {
    return { ...state, backends: new Map(message.backends.map((each) => [each.key, each])) };
  }
  if ("backend" in message) {
    return { ...state, backends: new Map(state.backends).set(message.backend.key, message.backend) };
  }
  if ("status" in message) return { ...state, status: message.status, backends: settled(state.backends, message.status) };
  if ("forget" in message) return { ...state, config: { ...state.config, revision: undefined } };
  if (message.cut === "config") return { ...state, config: resumed(state.config) };
  return { ...state, stats: { ...state.stats, parts: [] } };
}

/** Backends as the status has it whose switch is over. @param {Overview["backends"]} backends @param {Status} status */
function settled(backends, { transitions = [] }) {
  const over = [...backends.values()].filter((each) => each.transition && !transitions.some(({ key }) => key === each.key));
  if (!over.length) return backends;
  return new Map([...backends, ...over.map((each) => /** @type {const} */ ([each.key, { ...each, transition: undefined }]))]);
}

/** Frontends whose key, bind, rules or targets have the words, ordered by key. @param {Overview} state @param {string} filter */
export function frontendRows({ config }, filter) {
  const found = matching(filter, (/** @type {Frontend} */ each) => [
    each.key,
    each.bind,
    each.backend,
    ...(each.rules ?? []).flatMap((rule) => [rule.backend, rule.value, ...(rule.values ?? [])]),
  ]);
  return [...config.frontends.values()].filter(found);
}

/** Backends whose key, service, version, state or members have the words, ordered by key. @param {Overview} state @param {string} filter */
export function backendRows({ config, stats, backends }, filter) {
  const found = matching(filter, (/** @type {Backend} */ each) => [
    each.key,
    each.type,
    each.name,
    each.version,
    each.balance,
    health(stats.backends.get(each.key)).word,
    ...(backends.get(each.key)?.members ?? []).map((member) => member.host),
    ...(stats.members.get(each.key)?.keys() ?? []),
  ]);
  return [...config.backends.values()].filter(found);
}

/**
 * @template T @param {string} filter @param {(each: T) => (string | undefined)[]} texts
 * @returns {(each: T) => boolean} whether each of the filter's words is somewhere
 */
function matching(filter, texts) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return () => true;
  return (each) => {
    const text = texts(each).join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

/**
 * How a backend fares, in a word, and by how many of its members.
 * @param {Stats | undefined} stats
 * @returns {{ up: number, total: number, word: string, tone: "ok" | "warn" | "bad" | "idle" }}
 */
export function health(stats) {
  const { state } = stats ?? {};
  if (!state) return { up: 0, total: 0, word: "not known", tone: "idle" };
  const up = (state.activeMembers ?? 0) + (state.backupMembers ?? 0);
  const total = state.members ?? 0;
  if (!total) return { up, total, word: "no members", tone: "warn" };
  if (!up) return { up, total, word: "down", tone: "bad" };
  return up < total ? { up, total, word: "degraded", tone: "warn" } : { up, total, word: "up", tone: "ok" };
}

const TONES = /** @type {const} */ ({ up: "ok", down: "bad", drain: "warn", maint: "idle" });

/** How a member fares: HAProxy's word for it, and its tone. @param {Stats | undefined} stats */
export function memberState(stats) {
  const state = stats?.state;
  const word = state?.operationalState;
  return { word: word ?? "not known", tone: word ? TONES[word] : /** @type {const} */ ("idle"), status: state?.status ?? "" };
}

/** The switch of a backend that is under way. @param {Overview} state @param {string} key @returns {Transition | undefined} */
export function transitionOf({ status, backends }, key) {
  return status?.transitions?.find((each) => each.key === key)?.transition ?? backends.get(key)?.transition;
}
