/** What became of what one did: a line that a screen reader reads out, and that can be put away. */
import { html } from "../html.js";
import { createStore, useStore } from "../store.js";

/** @typedef {{ text: string, tone: "ok" | "bad", detail: string } | undefined} Said */

const said = createStore((/** @type {Said} */ _, /** @type {Said} */ next) => next, /** @type {Said} */ (undefined));
let timer = 0;

/** Say what was done; it goes by itself. @param {string} text */
export function say(text) {
  clearTimeout(timer);
  said.dispatch({ text, tone: "ok", detail: "" });
  timer = setTimeout(() => said.dispatch(undefined), 6_000);
}

/** Say what failed; it stays until it is put away. @param {string} what @param {unknown} error */
export function sayFailed(what, error) {
  clearTimeout(timer);
  said.dispatch({ text: `${what}: failed`, tone: "bad", detail: error instanceof Error ? error.message : String(error) });
}

export function Says() {
  const now = useStore(said, (state) => state);
  return html`
    <div class="says" role="status" aria-live="polite">
      ${now &&
      html`<div class=${`said ${now.tone}`}>
        <div><strong>${now.text}</strong>${now.detail && html`<pre>${now.detail}</pre>`}</div>
        <button type="button" onClick=${() => said.dispatch(undefined)} aria-label="Put away">✕</button>
      </div>`}
    </div>
  `;
}
