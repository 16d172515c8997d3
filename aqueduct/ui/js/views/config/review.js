/** The plan of a write, and the word to do it. What is refused goes back to the form. */
import { call } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { split } from "../../state/config.js";
import { AnnotationFields, annotated, useAnnotation } from "../annotation.js";
import { Dialog } from "../dialog.js";
import { PlanView } from "../plan.js";
import { Faster, usePlan } from "../planned.js";
import { say } from "../says.js";

/** @param {{ write: import("./resource.js").Write, close: () => void, refused: (error: any) => void }} props */
export function Review({ write: { method, resource, body, revision, title }, close, refused }) {
  const [kind, key] = split(resource);
  const path = `/${kind}/${encodeURIComponent(key)}`;
  const [isBusy, setBusy] = useState(false);
  const annotation = useAnnotation();
  const { planned, error, faster, carryOut } = usePlan(
    [resource],
    () => revision,
    (headers) => call(path, { method, body, headers, params: { validate_only: true } }),
  );
  useEffect(() => void (error && refused(error)), [error]);

  async function apply() {
    setBusy(true);
    try {
      if (await carryOut((headers) => call(path, { method, body, headers, params: annotated(annotation) }))) {
        say(`${title}: done`);
        location.hash = "#/config/edit";
      }
      setBusy(false);
    } catch (failed) {
      refused(failed);
    }
  }
  return html`
    <${Dialog} title=${title} close=${close} wide>
      <${Faster} faster=${faster} />
      ${!planned && html`<p class="soft" role="status">Asking what it would do…</p>`}
      ${planned && html`<${PlanView} plan=${planned.plan ?? {}} /><${AnnotationFields} annotation=${annotation} />`}
      <footer>
        ${planned && html`<button type="button" class="main" disabled=${isBusy} onClick=${apply}>${method === "DELETE" ? "Delete" : "Apply"}</button>`}
        <button type="button" onClick=${close}>Cancel</button>
      </footer>
    <//>
  `;
}
