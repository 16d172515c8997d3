/** What happened, the newest first, as it comes live and is read backwards. Pure. */

/**
 * @typedef {import("../types.js").Event} Event
 * @typedef {import("../types.js").ActivityWatchResponse} ActivityWatchResponse
 * @typedef {{ events: readonly Event[], lastId: number | undefined, missed: number }} Feed
 * @typedef {{ text: string, verbs: readonly string[], from: string, to: string }} Filter times as the API takes them, empty for none
 */

/** @type {Feed} */
export const NO_FEED = { events: [], lastId: undefined, missed: 0 };

/** Events that are kept of those that come live, so that a page that is open for days does not grow. */
export const MOST = 5_000;

/** @param {Feed} state @param {ActivityWatchResponse} message @param {Filter} filter @returns {Feed} */
export function told(state, message, filter) {
  const newest = state.events[0]?.id ?? 0;
  const fresh = (message.events ?? []).filter((each) => each.id > newest && fits(each, filter)).reverse();
  return {
    events: fresh.length ? [...fresh, ...state.events].slice(0, Math.max(MOST, state.events.length)) : state.events,
    lastId: message.lastId ?? state.lastId,
    missed: state.missed + (message.missed ?? 0),
  };
}

/** @param {Feed} state @param {readonly Event[]} older a further page @returns {Feed} */
export function readBack(state, older) {
  const oldest = state.events.at(-1)?.id ?? Infinity;
  return { ...state, events: [...state.events, ...older.filter((each) => each.id < oldest)] };
}

/**
 * Whether the server tells of another data directory than the one of which the feed is: ids began anew there.
 * @param {Feed} state @param {readonly Event[]} newest those that the server has now, by the same filter
 */
export function isOfAnother(state, newest) {
  const known = new Map(state.events.map(({ id, time }) => [id, time]));
  const [last] = state.events;
  if (last && !((newest[0]?.id ?? 0) >= last.id)) return true;
  return newest.some(({ id, time }) => known.has(id) && known.get(id) !== time);
}

/** What the server filters by, for events that come live. @param {Event} event @param {Filter} filter */
export function fits(event, { text, verbs, from, to }) {
  const at = Date.parse(event.time);
  return (
    (!verbs.length || verbs.includes(event.verb)) &&
    (!text || (event.message ?? "").toLowerCase().includes(text.toLowerCase())) &&
    (!from || at >= Date.parse(from)) &&
    (!to || at < Date.parse(to))
  );
}

const BAD = new Set(["down", "refused", "sourceLost", "haproxyDied", "switchFailed", "activityLost"]);
const WARN = new Set(["offline", "drained", "maint", "deregistered", "driftFound", "haproxyRestarted"]);
const GOOD = new Set(["online", "up", "ready", "switchCompleted", "sourceFound", "haproxyStarted", "haproxyAdopted"]);

/** How an event is to be taken. @param {string} verb @returns {"bad" | "warn" | "ok" | "idle"} */
export function gravity(verb) {
  return BAD.has(verb) ? "bad" : WARN.has(verb) ? "warn" : GOOD.has(verb) ? "ok" : "idle";
}
