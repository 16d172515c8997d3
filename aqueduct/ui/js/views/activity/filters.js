/** By what the activity is filtered. It stands in the address, so that it can be shared. */
import { zone } from "../../format.js";
import { html } from "../../html.js";
import { link, replace } from "../../router.js";
import { useSchemas } from "../schemas.js";

/**
 * @typedef {{ text: string, verbs: string[], resource: string, from: string, to: string, last: string }} Filter
 *   `from`, `to`: as the browser's fields have them, in the viewer's zone; `last`: seconds back, in place of `from`
 */

const SPANS = { "": "all that is kept", 900: "last 15 minutes", 3600: "last hour", 86400: "last day", 604800: "last week" };

/** @param {URLSearchParams} params @returns {Filter} */
export function filterOf(params) {
  const one = (/** @type {string} */ name) => params.get(name) ?? "";
  return { text: one("text"), verbs: params.getAll("verb"), resource: one("resource"), from: one("from"), to: one("to"), last: one("last") };
}

/** @param {{ filter: Filter }} props */
export function Filters({ filter }) {
  const schemas = useSchemas();
  const verbs = (schemas?.Verb?.enum ?? []).filter((each) => each !== null);
  /** @param {Partial<Filter>} change */
  function set(change) {
    const { verbs: verb, ...others } = { ...filter, ...change };
    replace(link("/activity", { ...others, verb }));
  }
  const typed = (/** @type {keyof Filter} */ name) => (/** @type {any} */ event) => set({ [name]: event.target.value });
  const isRange = Boolean(filter.from || filter.to);
  return html`
    <form class="bar" role="search" aria-label="Filter the activity" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <label class="filter"><span class="hidden">Words in the message</span>
        <input type="search" placeholder="Words in the message" value=${filter.text} onChange=${typed("text")} /></label>
      <label>Resource <input value=${filter.resource} placeholder="backends/web" size="16" onChange=${typed("resource")} /></label>
      <label>Time <select value=${isRange ? "range" : filter.last} onChange=${(/** @type {any} */ event) => chosen(event.target.value, set)}>
        ${Object.entries(SPANS).map(([seconds, words]) => html`<option value=${seconds}>${words}</option>`)}
        <option value="range">from, to…</option>
      </select></label>
      ${isRange && html`
        <label>From <input type="datetime-local" value=${filter.from} onChange=${typed("from")} /></label>
        <label>To <input type="datetime-local" value=${filter.to} onChange=${typed("to")} /></label>
        <span class="soft">${zone()}</span>`}
      <details class="kinds"><summary>${filter.verbs.length ? `Kinds: ${filter.verbs.join(", ")}` : "All kinds"}</summary>
        <fieldset><legend class="hidden">Kinds</legend>
          ${verbs.map((verb) => html`<label><input type="checkbox" checked=${filter.verbs.includes(verb)}
            onChange=${() => set({ verbs: turned(filter.verbs, verb) })} /> ${verb}</label>`)}
          <button type="button" onClick=${() => set({ verbs: [] })}>All kinds</button>
        </fieldset></details>
    </form>
  `;
}

/** @param {string} value @param {(change: Partial<Filter>) => void} set */
function chosen(value, set) {
  if (value !== "range") return set({ last: value, from: "", to: "" });
  set({ last: "", from: local(new Date(Date.now() - 3_600_000)), to: "" });
}

/** A time as the browser's field has it. @param {Date} time */
function local(time) {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {string[]} verbs @param {string} verb */
function turned(verbs, verb) {
  return verbs.includes(verb) ? verbs.filter((each) => each !== verb) : [...verbs, verb];
}
