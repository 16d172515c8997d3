/** How far a switch is: its steps, and each member on its way in or out. */
import { count } from "../../format.js";
import { html } from "../../html.js";
import { memberRows } from "../../state/members.js";
import { memberState, transitionOf } from "../../state/overview.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";

/** @type {ReadonlyMap<string, import("../../types.js").Stats>} */
const NONE = new Map();

/** @param {{ backend: string, version: string, old: string[], isDone: boolean }} props `isDone`: the new ones serve */
export function Progress({ backend, version, old, isDone }) {
  const transition = useStore(overview, (state) => transitionOf(state, backend));
  const members = useStore(overview, (state) => state.backends.get(backend)?.members) ?? [];
  const stats = useStore(overview, (state) => state.stats.members.get(backend)) ?? NONE;
  const rows = memberRows(members, stats);
  const leaving = rows.filter((row) => old.includes(row.address) && row.member?.version !== version);
  const isOver = isDone && !transition && !leaving.length;
  return html`
    <div role="status"><ol class="steps">
      <${Step} is=${isDone ? "done" : "now"}>Members of ${version} pass their checks<//>
      <${Step} is=${isOver ? "done" : isDone ? "now" : "later"}>${version} serves; old members finish their sessions
        ${isDone && !isOver && ` (${count(leaving.length)} left)`}<//>
      <${Step} is=${isOver ? "done" : "later"}>Done: ${version} alone<//>
    </ol></div>
    <div class="scroll" tabindex="0" role="region" aria-label="Members on their way"><table>
      <thead><tr><th scope="col">Member</th><th scope="col">Phase</th><th scope="col">State</th><th scope="col" class="number">Sessions</th></tr></thead>
      <tbody>${rows.map(({ address, member, stats: each }) => {
        const { word, tone, status } = memberState(each);
        return html`<tr key=${address}><th scope="row"><code>${address}</code> <span class="soft">${member?.version}</span></th>
          <td>${member?.phase ?? "serving"}</td><td><span class=${`state ${tone}`} title=${status}>${word}</span></td>
          <td class="number">${count(each?.sessions?.current)}</td></tr>`;
      })}</tbody>
    </table></div>
  `;
}

/** @param {{ is: "done" | "now" | "later", children?: any }} props */
function Step({ is, children }) {
  const word = { done: "done", now: "under way", later: "to come" }[is];
  return html`<li class=${is}><span class="hidden">${word}: </span>${children}</li>`;
}
