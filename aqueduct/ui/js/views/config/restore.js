/** The way back to a revision: its plan, and the word to do it. */
import { call } from "../../api.js";
import { counted } from "../../format.js";
import { html, useState } from "../../html.js";
import { AnnotationFields, useAnnotation } from "../annotation.js";
import { Dialog } from "../dialog.js";
import { Failure } from "../failure.js";
import { PlanView } from "../plan.js";
import { Faster, usePlan } from "../planned.js";
import { say } from "../says.js";

/** @typedef {{ revision: number, resources: string[], title: string }} Back `resources`: those alone, all where there is none */

/** @param {{ back: Back, close: () => void }} props */
export function Restore({ back: { revision, resources, title }, close }) {
  const [isBusy, setBusy] = useState(false);
  const annotation = useAnnotation();
  const path = `/v1/revisions/${revision}:restore`;
  const { planned, error, faster, carryOut, fail } = usePlan(
    resources,
    async () => (await call("/v1/status")).storedRevision,
    (headers) => call(path, { method: "POST", body: { resources, validateOnly: true }, headers }),
  );

  async function restore() {
    const { author, message } = annotation;
    setBusy(true);
    try {
      const body = { resources, annotation: { author, message } };
      if (await carryOut((headers) => call(path, { method: "POST", body, headers }))) {
        say(`${title}: done`);
        close();
      }
    } catch (failed) {
      fail(failed);
    }
    setBusy(false);
  }

  const changes = /** @type {any[]} */ (planned?.changes ?? []);
  return html`
    <${Dialog} title=${title} close=${close} wide>
      <${Faster} faster=${faster} />
      ${!planned && !error && html`<p class="soft" role="status">Asking what it would do…</p>`}
      ${planned && html`
        <p>${changes.length ? `${counted(changes.length, "change")}:` : "All is as it was then already."}</p>
        <ul class="changes">${changes.map((each) => html`<li>${named(each)}</li>`)}</ul>
        <${PlanView} plan=${planned.plan} />
        ${changes.length > 0 && html`<${AnnotationFields} annotation=${annotation} />`}`}
      <${Failure} error=${error} />
      <footer>
        ${changes.length > 0 && html`<button type="button" class="main" disabled=${isBusy} onClick=${restore}>Restore</button>`}
        <button type="button" onClick=${close}>Cancel</button>
      </footer>
    <//>
  `;
}

/** @param {any} change */
function named({ putFrontend, putBackend, deleteFrontend, deleteBackend }) {
  if (putFrontend) return html`put <code>frontends/${putFrontend.key}</code>`;
  if (putBackend) return html`put <code>backends/${putBackend.key}</code>`;
  return html`delete <code>${deleteFrontend ? `frontends/${deleteFrontend}` : `backends/${deleteBackend}`}</code>`;
}
