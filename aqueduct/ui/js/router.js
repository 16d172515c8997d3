/**
 * Where one is, in the fragment of the address: `#/activity?text=web`. So links can be shared, and the server
 * serves one document.
 */
import { useEffect, useState } from "./html.js";

/** @typedef {{ path: string, parts: string[] | undefined, params: URLSearchParams }} Place `parts` of the path, undefined where they are malformed */

/** @param {string} hash @returns {Place} */
export function parse(hash) {
  const [path, query] = hash.replace(/^#/, "").split("?");
  return { path: path || "/", parts: partsOf(path), params: new URLSearchParams(query ?? "") };
}

/** @param {string} path */
function partsOf(path) {
  try {
    return path.split("/").slice(1).filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined; // somebody cut the address short, within a `%E0`
  }
}

/** @param {string} path @param {Record<string, string | string[] | undefined>} [params] those that are empty are left out */
export function link(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const each of [value ?? []].flat()) if (each) query.append(name, each);
  return `#${path}${query.size ? `?${query}` : ""}`;
}

/** Go somewhere, in place of where one is: for filters, which are no steps of a history. @param {string} hash */
export function replace(hash) {
  history.replaceState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** @returns {Place} */
export function usePlace() {
  const [place, setPlace] = useState(() => parse(location.hash));
  useEffect(() => {
    const follow = () => setPlace(parse(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return place;
}
