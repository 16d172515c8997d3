/** The members of a backend: how each fares, and what an operator can do with it. */
import { call } from "../../api.js";
import { backendPath } from "../../following.js";
import { count, counted, duration, rate, since } from "../../format.js";
import { html, useState } from "../../html.js";
import { numeric } from "../../state/form.js";
import { memberRows } from "../../state/members.js";
import { memberState } from "../../state/overview.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";
import { say, sayFailed } from "../says.js";

/**
 * @typedef {import("../../types.js").AdminState} AdminState
 * @typedef {import("../../types.js").Backend} Backend
 * @typedef {import("../../state/members.js").Row} Row
 */

const FEW = 50; // members that are shown at first

/** @type {ReadonlyMap<string, import("../../types.js").Stats>} */
const NO_MEMBERS = new Map();

/** @param {{ backend: Backend }} props */
export function Members({ backend: { key, members: given = [] } }) {
  const members = useStore(overview, (state) => state.backends.get(key)?.members) ?? given;
  const stats = useStore(overview, (state) => state.stats.members.get(key)) ?? NO_MEMBERS;
  const [most, setMost] = useState(FEW);
  const rows = memberRows(members, stats);
  if (!rows.length) return html`<p class="soft">No members.</p>`;
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${`Members of ${key}`}><table class="members" role="table">
      <caption class="hidden">Members of ${key}</caption>
      <thead><tr role="row"><th scope="col">Member</th><th scope="col">State</th><th scope="col">Last check</th><th scope="col">Weight</th>
        <th scope="col" class="number">Sessions</th><th scope="col" class="number">Rate</th><th scope="col">Takes</th></tr></thead>
      <tbody role="rowgroup">${first(rows, most).map((row) => html`<${MemberRow} key=${row.address} backend=${key} row=${row} isLast=${isLast(row, rows)} />`)}</tbody>
    </table></div>
    ${rows.length > most && html`<p class="buttons"><button type="button" onClick=${() => setMost(Infinity)}>Show all ${counted(rows.length, "member")}</button></p>`}
  `;
}

/** The first so many, where there are more: those first that are not up. @param {readonly Row[]} rows @param {number} most */
function first(rows, most) {
  if (rows.length <= most) return rows;
  const isUp = (/** @type {Row} */ each) => Number(each.stats?.state?.operationalState === "up");
  return [...rows].sort((one, other) => isUp(one) - isUp(other)).slice(0, most);
}

/** Whether nobody else is up. @param {Row} row @param {readonly Row[]} rows */
function isLast(row, rows) {
  const isUp = (/** @type {Row} */ each) => each.stats?.state?.operationalState === "up";
  return isUp(row) && rows.filter(isUp).length === 1;
}

/** @param {{ backend: string, row: Row, isLast: boolean }} props */
function MemberRow({ backend, row: { address, member, stats }, isLast }) {
  const { word, tone, status } = memberState(stats);
  const { check, changeTime } = stats?.state ?? {};
  const phase = member?.phase && member.phase !== "serving" ? member.phase : "";
  return html`
    <tr class=${phase} role="row">
      <th scope="row" role="rowheader"><code>${address}</code>${member?.version && html` <span class="soft">${member.version}</span>`}</th>
      <td role="cell"><span class=${`state ${tone}`} title=${status}>${word}</span>${phase && html` <span class="soft">${phase}</span>`}
        ${changeTime && html` <span class="soft small">${since(changeTime, Date.now())}</span>`}</td>
      <td role="cell" class="check">${check?.status ? html`<${LastCheck} check=${check} />` : html`<span class="soft">none</span>`}</td>
      <td role="cell"><${Weight} backend=${backend} address=${address} member=${member} weight=${stats?.state?.weight} /></td>
      <td role="cell" class="number">${count(stats?.sessions?.current)}</td>
      <td role="cell" class="number">${rate(stats?.rates?.requests || stats?.rates?.sessions)}/s</td>
      <td role="cell"><${Takes} backend=${backend} address=${address} isLast=${isLast}
        state=${member?.adminState ?? stats?.state?.adminState ?? "ready"} /></td>
    </tr>
  `;
}

/** @param {{ check: import("../../types.js").CheckStats }} props */
function LastCheck({ check: { status, code, description, duration: took } }) {
  return html`<span title=${description}><b>${status}</b>${code ? ` ${code}` : ""}
    ${" "}<span class="soft">${description ?? ""}${took ? ` ${duration(took)}` : ""}</span></span>`;
}

/** @param {{ backend: string, address: string, member: Row["member"], weight: number | undefined }} props */
function Weight({ backend, address, member, weight }) {
  const shown = member ? (member.adminWeight ?? member.weight ?? 1) : (weight ?? 1);
  const [typed, setTyped] = useState(/** @type {string | undefined} */ (undefined)); // which news do not overwrite
  async function set(/** @type {Event} */ event) {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    await acted(`Weight of ${address}`, backend, address, "setWeight", value === "" ? {} : { weight: numeric(value) });
    setTyped(undefined);
  }
  return html`<input class="weight" inputmode="numeric" autocomplete="off" value=${typed ?? shown} onChange=${set}
    onInput=${(/** @type {any} */ event) => setTyped(event.target.value)}
    aria-label=${`Weight of ${address}; empty for its own`} title="Empty: the member's own" />`;
}

/** @type {Record<AdminState, string>} */
const EFFECTS = { ready: "Everything that its check lets it", drain: "Nothing new; sessions go on", maint: "Nothing, and no checks" };

/** @param {{ backend: string, address: string, state: AdminState, isLast: boolean }} props */
function Takes({ backend, address, state, isLast }) {
  /** @param {AdminState} next */
  function set(next) {
    const warning = `${address} is the last member of ${backend} that is up. Requests will get 503. Do it?`;
    if (next !== "ready" && isLast && !confirm(warning)) return;
    acted(`${address}: ${next}`, backend, address, "setState", { state: next });
  }
  return html`
    <span class="choice" role="group" aria-label=${`What ${address} takes`}>
      ${/** @type {AdminState[]} */ (["ready", "drain", "maint"]).map(
        (each) => html`<button type="button" aria-pressed=${each === state} title=${EFFECTS[each]}
          onClick=${() => each !== state && set(each)}>${each}</button>`,
      )}
    </span>
  `;
}

/** @param {string} what @param {string} backend @param {string} address @param {string} verb @param {unknown} body */
async function acted(what, backend, address, verb, body) {
  const path = `/v1/backends/${encodeURIComponent(backend)}/members/${address.split("/").map(encodeURIComponent).join("/")}:${verb}`;
  try {
    await call(path, { method: "POST", body });
    overview.dispatch({ backend: await call(backendPath(backend)) });
    say(what);
  } catch (error) {
    sayFailed(what, error);
  }
}
