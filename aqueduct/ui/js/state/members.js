/** Members of a backend: who is stored, and how they fare. Pure. */

/**
 * @typedef {import("../types.js").Member} Member
 * @typedef {import("../types.js").Registration} Registration
 * @typedef {import("../types.js").Stats} Stats
 * @typedef {{ address: string, member: Member | undefined, stats: Stats | undefined }} Row
 */

/** A member's address, as the API takes it and as statistics name it. @param {{ host: string, port?: number }} member */
export function address({ host, port }) {
  if (!port) return host.startsWith("/") ? `unix@${host}` : host;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Those that are stored, in the order of the server lines, then those that only HAProxy tells of (yet).
 * @param {readonly Member[]} members @param {ReadonlyMap<string, Stats>} stats @returns {Row[]}
 */
export function memberRows(members, stats) {
  const rows = members.map((member) => ({ address: address(member), member, stats: stats.get(address(member)) }));
  const known = new Set(rows.map((row) => row.address));
  const others = [...stats].filter(([name]) => !known.has(name));
  return [...rows, ...others.map(([name, each]) => ({ address: name, member: undefined, stats: each }))];
}

/**
 * Versions of a service that discovery knows, and those that the backend has members of, each with how many.
 * @param {readonly Registration[]} registrations @param {readonly Member[]} members
 * @param {string} [current] the backend's version, told even where nothing is known of it
 * @returns {{ version: string, count: number }[]} the newest first, as far as versions tell
 */
export function versions(registrations, members, current) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map(current ? [[current, new Set()]] : []);
  for (const each of [...registrations, ...members]) {
    if (!each.version) continue;
    if (!found.has(each.version)) found.set(each.version, new Set());
    found.get(each.version)?.add(address(each));
  }
  return [...found]
    .map(([version, addresses]) => ({ version, count: addresses.size }))
    .sort((one, other) => other.version.localeCompare(one.version, undefined, { numeric: true }));
}

/**
 * Who comes and who goes by a switch: what its plan adds, and the members of now that the new version does not have.
 * @param {string} diff the plan's
 * @param {readonly Member[]} members of now
 * @param {readonly Registration[]} wanted the new version's, as far as they are known
 * @returns {{ incoming: string[], outgoing: string[], staying: string[] }}
 */
export function switched(diff, members, wanted) {
  const now = members.map(address);
  const added = [...diff.matchAll(/^\+\s+server \S+ (\S+)/gm)].map((match) => match[1]);
  const later = new Set([...added, ...wanted.map(address)]);
  return {
    incoming: [...later].filter((each) => !now.includes(each)),
    outgoing: now.filter((each) => !later.has(each)),
    staying: now.filter((each) => later.has(each)),
  };
}
