/**
 * Statistics, by what StatsWatch tells. Pure.
 *
 * Responses of one number are taken over together. A map is another only where something in it changed, and the
 * statistics of what did not change stay the same object, so that views can tell by identity.
 */

/**
 * @typedef {import("../types.js").Stats} Stats
 * @typedef {import("../types.js").StatsWatchResponse} StatsWatchResponse
 * @typedef {{
 *   time: string | undefined,
 *   frontends: ReadonlyMap<string, Stats>,
 *   backends: ReadonlyMap<string, Stats>,
 *   members: ReadonlyMap<string, ReadonlyMap<string, Stats>>,
 *   parts: readonly StatsWatchResponse[],
 * }} Statistics `members` by the key of their backend, and their name
 */

/** @type {Statistics} */
export const NO_STATS = { time: undefined, frontends: new Map(), backends: new Map(), members: new Map(), parts: [] };

/** @param {Statistics} state @param {StatsWatchResponse} message @returns {Statistics} */
export function applyStats(state, message) {
  const parts = [...state.parts, message];
  if (message.more) return { ...state, parts };
  const begins = parts.some((part) => part.snapshot);
  const from = begins ? NO_STATS : state;
  const made = { frontends: new Map(from.frontends), backends: new Map(from.backends), members: new Map(from.members) };
  const copied = new Set();
  /** @param {string} key */
  const membersOf = (key) => {
    if (!copied.has(key)) made.members.set(key, new Map(made.members.get(key)));
    copied.add(key);
    return /** @type {Map<string, Stats>} */ (made.members.get(key));
  };
  for (const part of parts) {
    for (const gone of part.removed ?? []) {
      if (gone.kind !== "member") made[`${gone.kind}s`].delete(gone.key);
      else membersOf(gone.key).delete(gone.member ?? "");
    }
    for (const stats of part.stats ?? []) {
      if (stats.kind !== "member") made[`${stats.kind}s`].set(stats.key, stats);
      else membersOf(stats.key).set(stats.member ?? "", stats);
    }
  }
  return { ...made, time: message.time, parts: [] };
}

/**
 * Backends whose members are others than before, or were given something by an operator: whoever knows their
 * memberships has to ask again.
 * @param {Statistics} before @param {Statistics} after @returns {string[]}
 */
export function regrouped(before, after) {
  const keys = [];
  for (const [key, members] of after.members) {
    const known = before.members.get(key);
    if (known !== members && !alike(known ?? new Map(), members)) keys.push(key);
  }
  return keys;
}

/** @param {ReadonlyMap<string, Stats>} before @param {ReadonlyMap<string, Stats>} after */
function alike(before, after) {
  if (before.size !== after.size) return false;
  for (const [name, { state }] of after) {
    const known = before.get(name)?.state;
    if (!known || known.adminState !== state?.adminState || known.weight !== state?.weight) return false;
  }
  return true;
}
