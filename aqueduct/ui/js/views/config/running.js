/** HAProxy's configuration as it runs, section by section. */
import { open } from "../../api.js";
import { html, useEffect, useMemo, useState } from "../../html.js";
import { tokens } from "../../state/haproxy.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";
import { useAgain } from "../again.js";
import { Failure } from "../failure.js";
import { Rows } from "../rows.js";

/** @typedef {{ key: string, lines: string[] }} Section `key`: unlike any other's */

const LINE = 18; // pixels

export function Running() {
  const applied = useStore(overview, (state) => `${state.status?.appliedRevision} ${state.config.revision}`);
  const [text, setText] = useState("");
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const [filter, setFilter] = useState("");
  const [tries, setTries] = useState(0);
  useAgain(error, () => setTries(tries + 1));
  useEffect(() => {
    const asked = new AbortController();
    open("/haproxy/config", { headers: { Accept: "text/plain" }, signal: asked.signal })
      .then((response) => response.text())
      .then((read) => (setText(read), setError(undefined)))
      .catch((failed) => asked.signal.aborted || setError(failed));
    return () => asked.abort();
  }, [applied, tries]);
  const all = useMemo(() => sections(text), [text]);
  const words = filter.toLowerCase();
  const shown = words ? all.filter(({ lines }) => lines.some((line) => line.toLowerCase().includes(words))) : all;
  return html`
    <div class="bar">
      <label class="filter"><span class="hidden">Filter sections</span>
        <input type="search" placeholder="Sections that hold…" value=${filter} onInput=${(/** @type {any} */ event) => setFilter(event.target.value)} /></label>
      <p class="soft" role="status">${shown.length} of ${all.length} sections</p>
      <a href="/haproxy/config" download="haproxy.cfg">haproxy.cfg</a>
    </div>
    <${Failure} error=${error} />
    <div class="config"><${Rows} items=${shown} keyOf=${(/** @type {Section} */ { key }) => key} label="Sections"
      estimate=${(/** @type {Section} */ { lines }) => lines.length * LINE}
      draw=${(/** @type {Section} */ each) => html`<${SectionView} lines=${each.lines} />`} /></div>
  `;
}

/** @param {{ lines: string[] }} props */
function SectionView({ lines }) {
  const drawn = useMemo(() => lines.map(tokens), [lines]);
  return html`
    <pre class="code" tabindex="0" aria-label=${lines[0]}>${drawn.map(
      (line) => html`${line.map(({ kind, text }) => (kind === "plain" ? text : html`<span class=${kind}>${text}</span>`))}${"\n"}`,
    )}</pre>
  `;
}

/** The sections of a configuration, what stands before the first one among them. @param {string} text @returns {Section[]} */
export function sections(text) {
  /** @type {Section[]} */
  const found = [];
  for (const line of text.replace(/\n+$/, "").split("\n")) {
    if (!found.length || /^[a-z]/.test(line)) found.push({ key: `${found.length} ${line}`, lines: [] });
    found[found.length - 1].lines.push(line);
  }
  return text ? found : [];
}
