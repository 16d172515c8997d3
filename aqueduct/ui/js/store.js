/** A store: a state, and a pure function that makes the next one of a message. Views follow a part of it. */
import { useEffect, useRef, useState } from "./html.js";

/**
 * @template S, M
 * @param {(state: S, message: M) => S} reduce
 * @param {S} initial
 */
export function createStore(reduce, initial) {
  let state = initial;
  /** @type {Set<() => void>} */
  const followers = new Set();
  return {
    get: () => state,
    /** @param {M} message */
    dispatch(message) {
      const next = reduce(state, message);
      if (next === state) return;
      state = next;
      for (const follower of followers) follower();
    },
    /** @param {() => void} follower @returns {() => void} leaves */
    follow(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}

/**
 * The part of a store's state that `select` takes; what uses it is drawn anew when that is another.
 * @template S, M, P
 * @param {{ get: () => S, follow: (follower: () => void) => () => void }} store
 * @param {(state: S) => P} select
 * @returns {P}
 */
export function useStore(store, select) {
  const part = select(store.get());
  const [, draw] = useState({});
  const last = useRef({ part, select });
  last.current = { part, select };
  useEffect(
    () => store.follow(() => last.current.select(store.get()) !== last.current.part && draw({})),
    [store],
  );
  return part;
}
