/** The head of the page: whose it is, where one can go, and whether it is live. */
import { html } from "../html.js";
import { whole } from "../state/links.js";
import { useStore } from "../store.js";
import { links, overview } from "../stores.js";

const WORDS = { live: "live", connecting: "connecting", cut: "not live" };
const TONES = { live: "ok", connecting: "idle", cut: "bad" };

/** @param {{ views: { name: string, title: string }[], current: string | undefined }} props by their names in the address */
export function Head({ views, current }) {
  const status = useStore(overview, (state) => state.status);
  const { link } = whole(useStore(links, (state) => state));
  const runs = status?.haproxyState === "running";
  return html`
    <header class="top">
      <h1 class="brand">Aqueduct ${status?.label && html`<span class="label">${status.label}</span>`}</h1>
      <nav aria-label="Pages">
        ${views.map(
          ({ name, title }) => html`<a href=${`#/${name}`} aria-current=${name === current ? "page" : undefined}>${title}</a>`,
        )}
        <a href="/docs">API</a>
      </nav>
      <p class="facts">
        ${status && html`<span class=${`state ${runs ? "ok" : "bad"}`}>HAProxy ${status.haproxyState}</span>`}
        ${status && html`<span class="soft">revision ${status.storedRevision ?? 0}</span>`}
        <span class=${`state ${TONES[link]}`} role="status">${WORDS[link]}</span>
      </p>
    </header>
  `;
}
