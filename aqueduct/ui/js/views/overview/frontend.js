/** A frontend: where it listens, how it routes, and what goes through it. */
import { count, counted, rate } from "../../format.js";
import { html, useState } from "../../html.js";
import { link } from "../../router.js";
import { Chart, useSeries } from "../chart.js";
import { Figure, Line, useOpened } from "./row.js";

/**
 * @typedef {import("../../types.js").Frontend} Frontend
 * @typedef {import("../../types.js").Stats} Stats
 */

const FEW = 12; // rules that are shown at first
const SHOWN = 4; // backends that a closed row names

/** @param {{ frontend: Frontend, stats: Stats | undefined, backends: ReadonlyMap<string, unknown>, isOpen: boolean }} props */
export function FrontendRow({ frontend, stats, backends, isOpen: byDefault }) {
  const [isOpen, turn] = useOpened(`frontends/${frontend.key}`, byDefault);
  const id = `frontend-${frontend.key}`;
  const word = stats?.state?.status;
  const isTcp = frontend.mode === "tcp";
  const errors = isTcp ? (stats?.rates?.errors ?? 0) : (stats?.rates?.responses4xx ?? 0) + (stats?.rates?.responses5xx ?? 0);
  return html`
    <article class="resource" aria-label=${`Frontend ${frontend.key}`}>
      <${Line} name=${frontend.key} isOpen=${isOpen} turn=${turn} id=${id}>
        <span class=${`state ${word === "OPEN" ? "ok" : word ? "warn" : "idle"}`}>${(word ?? "not known").toLowerCase()}</span>
        <code class="bind">${frontend.bind}</code>
        <span class="grow soft">→ ${targets(frontend)}</span>
        <span class="soft tag">${frontend.mode}</span>
        <${Figure} value=${count(stats?.sessions?.current)} unit="sessions" />
        ${isTcp
          ? html`<${Figure} value=${rate(stats?.rates?.sessions)} unit="sess/s" />`
          : html`<${Figure} value=${rate(stats?.rates?.requests)} unit="req/s" />`}
        <${Figure} value=${rate(errors)} unit="errors/s" tone=${errors ? "warn" : ""} />
      <//>
      ${isOpen && html`<div class="inside" id=${id}><${Inside} frontend=${frontend} stats=${stats} backends=${backends} /></div>`}
    </article>
  `;
}

/** Where a frontend leads, the default last. @param {Frontend} frontend */
function targets({ rules = [], backend }) {
  const all = [...new Set([...rules.map((rule) => rule.backend), backend])];
  return all.length > SHOWN ? `${all.slice(0, SHOWN).join(", ")}, ${all.length - SHOWN} more` : all.join(", ");
}

/** @param {{ frontend: Frontend, stats: Stats | undefined, backends: ReadonlyMap<string, unknown> }} props */
function Inside({ frontend, stats, backends }) {
  const series = useSeries("frontend", frontend.key);
  const { rates, sessions } = stats ?? {};
  const { natives = [] } = frontend;
  return html`
    <div class="charts">
      <${Chart} label="Sessions" value=${count(sessions?.current)} series=${series} lines=${[{ column: "sessions", colour: "--accent" }]} />
      ${frontend.mode === "tcp"
        ? html`<${Chart} label="Sessions/s" value=${rate(rates?.sessions)} series=${series} lines=${[{ column: "begun", colour: "--accent" }]} />`
        : html`<${HttpCharts} rates=${rates} series=${series} />`}
    </div>
    <div class="routing">
      <${Routes} frontend=${frontend} backends=${backends} />
      ${natives.length > 0 &&
      html`<div><h3>Natives</h3><pre class="natives" tabindex="0" role="region" aria-label="Natives">${natives.join("\n")}</pre></div>`}
    </div>
    <p class="links"><a href=${`#/config/edit/frontends/${encodeURIComponent(frontend.key)}`}>Edit</a>
      ${" "}<a href=${link("/activity", { resource: `frontends/${frontend.key}` })}>Activity</a></p>
  `;
}

/** @param {{ rates: Stats["rates"], series: import("../../state/series.js").Series }} props */
function HttpCharts({ rates, series }) {
  return html`
    <${Chart} label="Requests/s" value=${rate(rates?.requests)} series=${series} lines=${[{ column: "requests", colour: "--accent" }]} />
    <${Chart} label="4xx, 5xx/s" value=${`${rate(rates?.responses4xx)}, ${rate(rates?.responses5xx)}`} series=${series}
      lines=${[{ column: "e4xx", colour: "--warn" }, { column: "e5xx", colour: "--bad" }]} />
  `;
}

/** @param {{ frontend: Frontend, backends: ReadonlyMap<string, unknown> }} props */
function Routes({ frontend: { rules = [], backend }, backends }) {
  const [most, setMost] = useState(FEW);
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Routes"><table class="routes">
      <caption class="hidden">Rules, the first that matches wins</caption>
      <thead><tr><th scope="col">Rule</th><th scope="col">Value</th><th scope="col">Backend</th></tr></thead>
      <tbody>
        ${rules.slice(0, most).map(
          (rule) => html`<tr>
            <td>${rule.operation}${rule.header && html` <code>${rule.header}</code>`}</td>
            <td><code>${rule.value ?? (rule.values ?? []).join("  ")}</code></td>
            <td><${Target} name=${rule.backend} backends=${backends} /></td>
          </tr>`,
        )}
        ${rules.length > most && html`<tr><td colspan="3">
          <button type="button" onClick=${() => setMost(Infinity)}>Show all ${counted(rules.length, "rule")}</button></td></tr>`}
        <tr><td class="soft">${rules.length ? "else" : "all"}</td><td></td>
          <td><${Target} name=${backend} backends=${backends} /></td></tr>
      </tbody>
    </table></div>
  `;
}

/** @param {{ name: string, backends: ReadonlyMap<string, unknown> }} props */
function Target({ name, backends }) {
  if (!backends.has(name)) return html`${name} <span class="state warn">does not exist: 503</span>`;
  return html`<a href=${link("/", { filter: name })}>${name}</a>`;
}
