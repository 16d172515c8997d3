/** What can be edited, and the form of one resource. */
import { html } from "../../html.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";
import { ResourceForm } from "./resource.js";

/** @typedef {"frontends" | "backends"} Kind */

/** @param {{ place: string[] }} props the kind and the key, as far as they were chosen; a kind alone: a new one */
export function Editor({ place: [kind, key] }) {
  const config = useStore(overview, (state) => state.config);
  if (kind === "frontends" || kind === "backends") {
    return html`<${ResourceForm} key=${`${kind}/${key ?? ""}`} kind=${kind} name=${key} />`;
  }
  return html`
    <div class="split">
      <${Choice} kind="frontends" title="Frontends" keys=${[...config.frontends.keys()]} />
      <${Choice} kind="backends" title="Backends" keys=${[...config.backends.keys()]} />
    </div>
  `;
}

/** @param {{ kind: Kind, title: string, keys: string[] }} props */
function Choice({ kind, title, keys }) {
  return html`
    <section aria-labelledby=${`edit-${kind}`}>
      <h2 id=${`edit-${kind}`}>${title}</h2>
      <p><a class="button" href=${`#/config/edit/${kind}`}>New ${kind.slice(0, -1)}…</a></p>
      <ul class="choices">${keys.map((key) => html`<li key=${key}><a href=${`#/config/edit/${kind}/${encodeURIComponent(key)}`}>${key}</a></li>`)}</ul>
    </section>
  `;
}
