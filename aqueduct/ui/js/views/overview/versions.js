/** The versions of a dynamic backend's service, with their members, and the way to switch to one. */
import { counted } from "../../format.js";
import { html, useState } from "../../html.js";
import { versions } from "../../state/members.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";
import { useVersions } from "../../versions.js";
import { openSwitch } from "./switch.js";

/** @param {{ backend: import("../../types.js").Backend }} props */
export function Versions({ backend }) {
  const { key, name = "", version: current, discovery } = backend;
  const first = useStore(overview, (state) => state.status?.sources?.[0]?.name);
  const members = useStore(overview, (state) => state.backends.get(key)?.members) ?? [];
  const known = useVersions(name).filter((each) => each.discovery === (discovery || first));
  const [other, setOther] = useState("");
  return html`
    <div class="versions" role="group" aria-label=${`Versions of ${name}`}>
      <h3>Versions of ${name}</h3>
      <ul>
        ${versions(known, members, current).map(
          ({ version, count }) => html`<li key=${version}>
            <b class="version">${version}</b> <span class="soft">${counted(count, "member")}</span>
            ${version === current
              ? html`<span class="state ok">serves</span>`
              : html`<button type="button" onClick=${() => openSwitch(key, version)} aria-label=${`Switch ${key} to ${version}`}>Switch…</button>`}
          </li>`,
        )}
      </ul>
      <form class="other" onSubmit=${(/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        if (other.trim()) openSwitch(key, other.trim());
      }}>
        <input value=${other} onInput=${(/** @type {any} */ event) => setOther(event.target.value)} aria-label=${`Another version of ${name}`} placeholder="Another version" />
        <button type="submit">Switch…</button>
      </form>
    </div>
  `;
}
