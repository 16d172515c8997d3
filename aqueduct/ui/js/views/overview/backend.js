/** A backend: how it fares, who its members are, and the versions that it can be switched to. */
import { count, rate } from "../../format.js";
import { html } from "../../html.js";
import { link } from "../../router.js";
import { health, transitionOf } from "../../state/overview.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";
import { Chart, useSeries } from "../chart.js";
import { Donut } from "../donut.js";
import { Members } from "./members.js";
import { Figure, Line, useOpened } from "./row.js";
import { Versions } from "./versions.js";

/**
 * @typedef {import("../../types.js").Backend} Backend
 * @typedef {import("../../types.js").Stats} Stats
 */

/** @param {{ backend: Backend, stats: Stats | undefined, isOpen: boolean }} props */
export function BackendRow({ backend, stats, isOpen: byDefault }) {
  const [isOpen, turn] = useOpened(`backends/${backend.key}`, byDefault);
  const transition = useStore(overview, (state) => transitionOf(state, backend.key));
  const id = `backend-${backend.key}`;
  const { up, total, word, tone } = health(stats);
  const errors = (stats?.rates?.responses5xx ?? 0) + (stats?.rates?.errors ?? 0);
  return html`
    <article class="resource" aria-label=${`Backend ${backend.key}`}>
      <${Line} name=${backend.key} isOpen=${isOpen} turn=${turn} id=${id}>
        <${Donut} up=${up} total=${total} tone=${tone} />
        <span class=${`state ${tone}`}>${word}</span>
        <span class="grow what">
          ${backend.type === "dynamic" ? html`${backend.name} <b class="version">${backend.version}</b>` : html`<span class="soft">static</span>`}
          ${transition && html` <span class="state warn">${transitionWords(transition)}</span>`}
        </span>
        <span class="soft tag">${backend.balance}</span>
        <${Figure} value=${count(stats?.sessions?.current)} unit="sessions" />
        <${Figure} value=${rate(backend.mode === "tcp" ? stats?.rates?.sessions : stats?.rates?.requests)}
          unit=${backend.mode === "tcp" ? "sess/s" : "req/s"} />
        <${Figure} value=${rate(errors)} unit="errors/s" tone=${errors ? "bad" : ""} />
      <//>
      ${isOpen && html`<div class="inside" id=${id}><${Inside} backend=${backend} stats=${stats} /></div>`}
    </article>
  `;
}

/** @param {{ backend: Backend, stats: Stats | undefined }} props */
function Inside({ backend, stats }) {
  const series = useSeries("backend", backend.key);
  const { natives = [], health: check, host, mode, check: checked } = backend;
  return html`
    <div class="split">
      <div class="charts two">
        ${mode === "tcp"
          ? html`<${Chart} label="Sessions/s" value=${rate(stats?.rates?.sessions)} series=${series} lines=${[{ column: "begun", colour: "--accent" }]} />`
          : html`<${Chart} label="Requests/s" value=${rate(stats?.rates?.requests)} series=${series} lines=${[{ column: "requests", colour: "--accent" }]} />`}
        <${Chart} label="5xx/s" value=${rate(stats?.rates?.responses5xx)} series=${series} lines=${[{ column: "e5xx", colour: "--bad" }]} />
      </div>
      ${backend.type === "dynamic" && html`<${Versions} backend=${backend} />`}
    </div>
    <${Members} backend=${backend} />
    <p class="soft small">
      ${mode}${check ? `, checked by ${check.method ?? "GET"} ${check.uri ?? "/"} each ${check.interval ?? 2000} ms` : checked === "none" ? ", not checked" : ""}${host ? `, Host: ${host}` : ""}
    </p>
    ${natives.length > 0 &&
    html`<h3>Natives</h3><pre class="natives" tabindex="0" role="region" aria-label="Natives">${natives.join("\n")}</pre>`}
    <p class="links"><a href=${`#/config/edit/backends/${encodeURIComponent(backend.key)}`}>Edit</a>
      ${" "}<a href=${link("/activity", { resource: `backends/${backend.key}` })}>Activity</a></p>
  `;
}

/** @param {import("../../types.js").Transition} transition */
export function transitionWords({ phase, toVersion }) {
  const to = toVersion ? ` ${toVersion}` : " new members";
  return phase === "draining" ? `old members drain,${to} serves` : `proving${to}`;
}
