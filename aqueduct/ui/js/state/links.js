/** Whether what the page shows is live, by the streams that it follows. Pure. */

/**
 * @typedef {import("../streams.js").Link} Link
 * @typedef {Readonly<Record<string, { link: Link, error?: string, since: number }>>} Links by the name of the stream
 */

/** @param {Links} state @param {{ name: string, link?: Link, error?: string, now: number }} message without a link: followed no more @returns {Links} */
export function linked(state, { name, link, error, now }) {
  if (!link) {
    const { [name]: _, ...others } = state;
    return others;
  }
  const known = state[name];
  if (known?.link === link && known.error === error) return state;
  const since = link === "cut" && known?.link === "cut" ? known.since : now;
  return { ...state, [name]: { link, error, since } };
}

/**
 * What the page is as a whole.
 * @param {Links} links
 * @returns {{ link: Link, error: string, since: number }} since when it is cut
 */
export function whole(links) {
  const all = Object.values(links);
  const cut = all.filter((each) => each.link === "cut");
  if (cut.length) {
    return { link: "cut", error: cut[0].error ?? "", since: Math.min(...cut.map((each) => each.since)) };
  }
  return { link: all.every((each) => each.link === "live") ? "live" : "connecting", error: "", since: 0 };
}
