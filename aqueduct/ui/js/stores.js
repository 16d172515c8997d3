/** The page's stores. There is one page. */
import { createStore } from "./store.js";
import { linked } from "./state/links.js";
import { NO_OVERVIEW, reduce } from "./state/overview.js";

export const overview = createStore(reduce, NO_OVERVIEW);

/** Streams that are followed, and calls that are made again and again. */
export const links = createStore(linked, {});

/**
 * Tells `links` of a stream, for as long as it is followed.
 * @param {string} name
 * @returns {(link?: import("./streams.js").Link, error?: import("./api.js").ApiError) => void}
 */
export function telling(name) {
  return (link, error) => links.dispatch({ name, link, error: error?.message, now: Date.now() });
}
