/** The plan of a write, and the word to do it. What is refused goes back to the form. */
import { call } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { AnnotationFields, annotated, useAnnotation } from "../annotation.js";
import { Dialog } from "../dialog.js";
import { PlanView } from "../plan.js";
import { say } from "../says.js";

/** @param {{ write: import("./resource.js").Write, close: () => void, refused: (error: any) => void }} props */
export function Review({ write: { method, path, body, headers, title }, close, refused }) {
  const [plan, setPlan] = useState(/** @type {import("../../types.js").Plan | undefined} */ (undefined));
  const [isBusy, setBusy] = useState(false);
  const annotation = useAnnotation();
  useEffect(() => {
    call(path, { method, body, headers, params: { validate_only: true } }).then((found) => setPlan(found.plan ?? {}), refused);
  }, []);
  async function apply() {
    setBusy(true);
    try {
      await call(path, { method, body, headers, params: annotated(annotation) });
      say(`${title}: done`);
      location.hash = "#/config/edit";
    } catch (failed) {
      refused(failed);
    }
  }
  return html`
    <${Dialog} title=${title} close=${close} wide>
      ${!plan && html`<p class="soft" role="status">Asking what it would do…</p>`}
      ${plan && html`<${PlanView} plan=${plan} /><${AnnotationFields} annotation=${annotation} />`}
      <footer>
        ${plan && html`<button type="button" class="main" disabled=${isBusy} onClick=${apply}>${method === "DELETE" ? "Delete" : "Apply"}</button>`}
        <button type="button" onClick=${close}>Cancel</button>
      </footer>
    <//>
  `;
}
