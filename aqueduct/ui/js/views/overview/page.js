/** The overview: every frontend, every backend, and what is wrong. */
import { counted } from "../../format.js";
import { followConfig, followStats } from "../../following.js";
import { html, useEffect } from "../../html.js";
import { link, replace } from "../../router.js";
import { backendRows, frontendRows } from "../../state/overview.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";
import { Rows } from "../rows.js";
import { BackendRow } from "./backend.js";
import { FrontendRow } from "./frontend.js";
import { Problems } from "./problems.js";
import { SwitchDialog } from "./switch.js";

const FEW = 5; // that are shown open

/** Whether there were few when they were first told: rows do not close by themselves. @type {boolean | undefined} */
let areFew;

/** @param {{ place: import("../../router.js").Place }} props */
export function OverviewPage({ place }) {
  useEffect(followConfig, []);
  useEffect(followStats, []);
  const state = useStore(overview, (all) => all);
  const filter = place.params.get("filter") ?? "";
  const frontends = frontendRows(state, filter);
  const backends = backendRows(state, filter);
  const { config } = state;
  if (config.revision === undefined) return html`<p class="soft" role="status">Loading…</p>`;
  areFew ??= config.frontends.size + config.backends.size <= FEW;
  return html`
    <${Problems} />
    <div class="bar">
      <label class="filter"><span class="hidden">Filter frontends and backends</span>
        <input type="search" placeholder="Filter by name, address, version, state" value=${filter}
          onInput=${(/** @type {any} */ event) => replace(link("/", { filter: event.target.value }))} /></label>
      <p class="soft" role="status">
        ${filter ? `${frontends.length} of ` : ""}${counted(config.frontends.size, "frontend")},
        ${" "}${filter ? `${backends.length} of ` : ""}${counted(config.backends.size, "backend")}
      </p>
    </div>
    <section aria-labelledby="frontends">
      <h2 id="frontends">Frontends</h2>
      ${!config.frontends.size && html`<p class="soft">None yet. <a href="#/config/edit/frontends">Make one</a>.</p>`}
      <${Rows} items=${frontends} keyOf=${keyOf} estimate=${closed} label="Frontends"
        draw=${(/** @type {any} */ each) => html`<${FrontendRow} frontend=${each} stats=${state.stats.frontends.get(each.key)}
          backends=${config.backends} isOpen=${areFew} />`} />
    </section>
    <section aria-labelledby="backends">
      <h2 id="backends">Backends</h2>
      ${!config.backends.size && html`<p class="soft">None yet. <a href="#/config/edit/backends">Make one</a>.</p>`}
      <${Rows} items=${backends} keyOf=${keyOf} estimate=${closed} label="Backends"
        draw=${(/** @type {any} */ each) => html`<${BackendRow} backend=${each} stats=${state.stats.backends.get(each.key)}
          isOpen=${areFew} />`} />
    </section>
    <${SwitchDialog} />
  `;
}

/** @param {{ key: string }} resource */
function keyOf({ key }) {
  return key;
}

/** Pixels of a row that is closed. */
function closed() {
  return 37;
}
