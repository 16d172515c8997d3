/** Members of a backend: who is stored, and how they fare. Pure. */

/**
 * @typedef {import("../types.js").Member} Member
 * @typedef {import("../types.js").ServiceVersion} ServiceVersion
 * @typedef {import("../types.js").Stats} Stats
 * @typedef {{ address: string, member: Member | undefined, stats: Stats | undefined }} Row
 */

/**
 * A member's address, as the API takes it and as statistics name it, whichever way its host was spelled.
 * @param {{ host: string, port?: number }} member
 */
export function address({ host, port }) {
  if (!port) return /^(?:unix@)?\//.test(host) ? `unix@${host.replace(/^unix@/, "").replace(/\/(?:\.?\/)+/g, "/")}` : host;
  return host.includes(":") ? `${ipv6(host)}:${port}` : `${host}:${port}`;
}

/** An IPv6 address in brackets, in its shortest spelling. @param {string} host */
function ipv6(host) {
  const bracketed = host.startsWith("[") ? host : `[${host}]`;
  return URL.parse(`http://${bracketed}/`)?.hostname ?? bracketed;
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
 * Versions that a backend can be switched to: those that its source knows, and those that it has members of.
 * @param {readonly ServiceVersion[]} known @param {readonly Member[]} members
 * @param {string} [current] the backend's version, told even where nothing is known of it
 * @returns {{ version: string, count: number }[]} the newest first, as far as versions tell; `count` of members
 */
export function versions(known, members, current) {
  /** @type {Map<string, number>} */
  const found = new Map(current ? [[current, 0]] : []);
  for (const { version } of members) if (version) found.set(version, (found.get(version) ?? 0) + 1);
  for (const { version, members: count } of known) found.set(version, count ?? 0);
  return [...found]
    .map(([version, count]) => ({ version, count }))
    .sort((one, other) => other.version.localeCompare(one.version, undefined, { numeric: true }));
}

/**
 * Who comes and who goes by a switch.
 * @param {readonly string[]} now addresses of the members that serve
 * @param {readonly string[]} later and of those that are to
 * @returns {{ incoming: string[], outgoing: string[], staying: string[] }}
 */
export function switched(now, later) {
  return {
    incoming: later.filter((each) => !now.includes(each)),
    outgoing: now.filter((each) => !later.includes(each)),
    staying: now.filter((each) => later.includes(each)),
  };
}
