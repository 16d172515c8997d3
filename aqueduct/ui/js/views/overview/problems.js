/** What is wrong as a whole: HAProxy, what is stored and not served, routes to nowhere, silent sources. */
import { html } from "../../html.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";

export function Problems() {
  const status = useStore(overview, (state) => state.status);
  const found = status ? problems(status) : [];
  return html`
    <div role="status">
      ${found.length > 0 &&
      html`<ul class="problems">${found.map(({ tone, what, why }) => html`<li class=${tone}><strong>${what}</strong> ${why}</li>`)}</ul>`}
    </div>
  `;
}

/** @param {import("../../types.js").Status} status @returns {{ tone: "bad" | "warn", what: string, why?: string }[]} */
function problems(status) {
  const { haproxyState, error, silentSince, missingBackends = [], refusals = [], sources = [] } = status;
  return [
    ...(haproxyState === "running" ? [] : [{ tone: /** @type {const} */ ("bad"), what: `HAProxy: ${haproxyState}`, why: error }]),
    ...(silentSince ? [{ tone: /** @type {const} */ ("bad"), what: "HAProxy does not answer", why: `since ${new Date(silentSince).toLocaleTimeString()}: figures are of before` }] : []),
    ...refusals.map((each) => ({
      tone: /** @type {const} */ ("bad"),
      what: `${each.resource}${each.field ? ` (${each.field})` : ""} is not served:`,
      why: each.message,
    })),
    ...missingBackends.map((key) => ({
      tone: /** @type {const} */ ("warn"),
      what: `backends/${key} does not exist:`,
      why: "routes that lead there answer 503",
    })),
    ...sources.filter((each) => each.error).map((each) => ({
      tone: /** @type {const} */ ("warn"),
      what: `Source ${each.name} does not answer:`,
      why: `${each.error}. Its last known members serve`,
    })),
  ];
}
