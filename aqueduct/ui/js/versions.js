/** The versions that discovery knows of the services that are looked at: asked for together, again and again. */
import { call } from "./api.js";
import { useEffect } from "./html.js";
import { createStore, useStore } from "./store.js";

/** @typedef {import("./types.js").ServiceVersion} ServiceVersion */

const SOON = 60; // milliseconds in which those who begin to look are gathered
const AGAIN = 3_000;
const MOST_NAMES = 50; // of more, all services are asked for: addresses have their limits

/** @type {readonly ServiceVersion[]} */
const NONE = [];
/** How many look at each service. @type {Map<string, number>} */
const looked = new Map();
const known = createStore(taken, /** @type {ReadonlyMap<string, readonly ServiceVersion[]>} */ (new Map()));
let timer = 0;

/** Lists that say the same stay the same. @param {ReadonlyMap<string, readonly ServiceVersion[]>} before @param {readonly ServiceVersion[]} found */
function taken(before, found) {
  const names = Map.groupBy(found, ({ name }) => name);
  return new Map([...names].map(([name, now]) => {
    const was = before.get(name);
    return /** @type {const} */ ([name, JSON.stringify(was) === JSON.stringify(now) && was ? was : now]);
  }));
}

async function ask() {
  timer = 0;
  if (!document.hidden) {
    const names = looked.size <= MOST_NAMES ? [...looked.keys()] : [];
    await call("/v1/versions", { params: { names } }).then(known.dispatch, () => {}); // streams tell what is wrong
  }
  soon(AGAIN);
}

/** @param {number} pause */
function soon(pause) {
  clearTimeout(timer);
  timer = looked.size ? setTimeout(ask, pause) : 0;
}

/** The versions of a service, of every source, for as long as they are looked at. @param {string} name @returns {readonly ServiceVersion[]} */
export function useVersions(name) {
  useEffect(() => {
    looked.set(name, (looked.get(name) ?? 0) + 1);
    soon(SOON);
    return () => {
      const left = (looked.get(name) ?? 1) - 1;
      if (left) looked.set(name, left);
      else looked.delete(name);
    };
  }, [name]);
  return useStore(known, (versions) => versions.get(name)) ?? NONE;
}
