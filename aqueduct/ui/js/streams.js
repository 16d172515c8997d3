/**
 * Streams of the gateway, as lines of JSON, for as long as they are wanted.
 *
 * A stream that is cut is opened again by itself, after a pause that doubles up to 3 s; its path is asked for
 * each time, so that it says where to resume. One that is silent for longer than the gateway's sign of life takes
 * is cut. Nothing is streamed to a page that nobody sees.
 */
import { ApiError, open, refusal } from "./api.js";
import { lines } from "./lines.js";

/** @typedef {"connecting" | "live" | "cut"} Link */

const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 3_000;
const SILENCE = 15_000; // the gateway says something each 10 s

/**
 * @param {{
 *   path: () => string,
 *   message: (message: any) => void,
 *   link: (link: Link, error?: ApiError) => void,
 *   refused?: (error: ApiError) => void,
 * }} watch `refused` learns of refusals before it is tried again: of a revision that history lost, for one
 * @returns {() => void} stops it
 */
export function watch({ path, message, link, refused }) {
  /** @type {AbortController | undefined} */
  let under = undefined;
  let pause = FIRST_PAUSE;
  let timer = 0;

  async function run() {
    const controller = (under = new AbortController());
    const alarm = alarmOf(controller);
    try {
      alarm.heard();
      const response = await open(path(), { signal: controller.signal });
      await each(response, alarm.heard, (document) => {
        if (document.error) throw refusal(document.error, document.error.code);
        pause = FIRST_PAUSE;
        message(document);
        link("live");
      });
      throw new ApiError("the stream ended");
    } catch (error) {
      alarm.end();
      controller.abort();
      if (under !== controller) return;
      const known = error instanceof ApiError ? error : new ApiError("the stream was cut");
      if (known.status) refused?.(known);
      link("cut", known);
      timer = setTimeout(run, pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  function stop() {
    clearTimeout(timer);
    const controller = under;
    under = undefined;
    controller?.abort();
  }

  function seen() {
    stop();
    if (!document.hidden) run();
  }

  function online() {
    pause = FIRST_PAUSE;
    seen();
  }

  document.addEventListener("visibilitychange", seen);
  addEventListener("online", online);
  link("connecting");
  seen();
  return () => {
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("online", online);
    stop();
  };
}

/** @param {Response} response @param {() => void} heard @param {(document: any) => void} take */
async function each(response, heard, take) {
  if (!response.body) throw new ApiError("the stream has no body");
  heard();
  for await (const line of lines(response.body, heard)) if (line) take(JSON.parse(line));
}

/** Ends what hears nothing for too long. @param {AbortController} controller */
function alarmOf(controller) {
  let timer = 0;
  return {
    heard() {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(new ApiError("Aqueduct does not answer")), SILENCE);
    },
    end: () => clearTimeout(timer),
  };
}
