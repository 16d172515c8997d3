/** What failed since Aqueduct was not reached, or could not answer, is tried again until it succeeds. */
import { useEffect } from "../html.js";

const AGAIN = 2_000;

/** @param {unknown} error of the last try, none where it succeeded @param {() => void} again */
export function useAgain(error, again) {
  useEffect(() => {
    if (!error || !isPassing(error)) return;
    const timer = setTimeout(again, AGAIN);
    return () => clearTimeout(timer);
  }, [error]);
}

/** Whether it may succeed next time: no answer, or one that says that Aqueduct or HAProxy cannot now. @param {any} error */
function isPassing({ status = 0 }) {
  return status === 0 || status === 429 || status >= 500;
}
