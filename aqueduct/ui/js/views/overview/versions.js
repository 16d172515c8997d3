/** The versions of a dynamic backend's service, with their members, and the way to switch to one. */
import { call } from "../../api.js";
import { counted } from "../../format.js";
import { html, useEffect, useState } from "../../html.js";
import { versions } from "../../state/members.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";
import { Switch } from "./switch.js";

/**
 * @typedef {import("../../types.js").Backend} Backend
 * @typedef {import("../../types.js").Registration} Registration
 */

const AGAIN = 3_000;
const REGISTRY = "registry";

/** What the registry knows of a service, for as long as it is looked at. @param {Backend} backend @returns {readonly Registration[]} */
function useRegistrations({ name = "", discovery }) {
  const [found, setFound] = useState(/** @type {readonly Registration[]} */ ([]));
  const first = useStore(overview, (state) => state.status?.sources?.[0]?.name);
  const isRegistry = (discovery || first) === REGISTRY;
  useEffect(() => {
    if (!isRegistry) return;
    let timer = 0;
    let stopped = false;
    async function ask() {
      if (!document.hidden) {
        await call("/v1/registrations", { params: { name } }).then((each) => stopped || setFound(each), () => {});
      }
      if (!stopped) timer = setTimeout(ask, AGAIN);
    }
    ask();
    return () => ((stopped = true), clearTimeout(timer));
  }, [name, isRegistry]);
  return found;
}

/** @param {{ backend: Backend }} props */
export function Versions({ backend }) {
  const registrations = useRegistrations(backend);
  const members = useStore(overview, (state) => state.backends.get(backend.key)?.members) ?? [];
  const [wanted, setWanted] = useState("");
  const [other, setOther] = useState("");
  const found = versions(registrations, members, backend.version);
  return html`
    <div class="versions" role="group" aria-label=${`Versions of ${backend.name}`}>
      <h3>Versions of ${backend.name}</h3>
      <ul>
        ${found.map(
          ({ version, count }) => html`<li key=${version}>
            <b class="version">${version}</b> <span class="soft">${counted(count, "member")}</span>
            ${version === backend.version
              ? html`<span class="state ok">serves</span>`
              : html`<button type="button" onClick=${() => setWanted(version)} aria-label=${`Switch ${backend.key} to ${version}`}>Switch…</button>`}
          </li>`,
        )}
      </ul>
      <form class="other" onSubmit=${(/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        if (other.trim()) setWanted(other.trim());
      }}>
        <input value=${other} onInput=${(/** @type {any} */ event) => setOther(event.target.value)} aria-label=${`Another version of ${backend.name}`} placeholder="Another version" />
        <button type="submit">Switch…</button>
      </form>
      ${wanted && html`<${Switch} key=${wanted} backend=${backend} version=${wanted} registrations=${registrations}
        close=${() => setWanted("")} next=${setWanted} />`}
    </div>
  `;
}
