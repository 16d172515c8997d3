/** The switch of a backend to a version: what it would do, the word to do it, how far it is, and the way back. */
import { call } from "../../api.js";
import { backendPath, followStatus } from "../../following.js";
import { html, useEffect, useRef, useState } from "../../html.js";
import { address, switched } from "../../state/members.js";
import { AnnotationFields, useAnnotation } from "../annotation.js";
import { Dialog } from "../dialog.js";
import { Failure } from "../failure.js";
import { PlanView } from "../plan.js";
import { say, sayFailed } from "../says.js";
import { Progress } from "./progress.js";

/**
 * @typedef {import("../../types.js").Backend} Backend
 * @typedef {import("../../types.js").Member} Member
 * @typedef {import("../../types.js").Plan} Plan
 * @typedef {import("../../types.js").Registration} Registration
 */

/**
 * @param {{ backend: Backend, version: string, registrations: readonly Registration[], close: () => void, next: (version: string) => void }} props
 */
export function Switch({ backend, version, registrations, close, next }) {
  const [from] = useState(backend.version ?? "");
  const [planned, setPlanned] = useState(/** @type {{ plan?: Plan, members: Member[] } | undefined} */ (undefined));
  const [step, setStep] = useState(/** @type {"plan" | "under way" | "done"} */ ("plan"));
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const annotation = useAnnotation();
  const path = backendPath(backend.key);
  const isOpen = useRef(true);
  useEffect(() => () => void (isOpen.current = false), []);

  useEffect(() => {
    const asked = new AbortController();
    const plan = call(path, { method: "POST", params: { validate_only: true }, body: { version }, signal: asked.signal });
    const now = call(`${path}/members`, { signal: asked.signal });
    Promise.all([plan, now]).then(
      ([{ plan: made }, members]) => setPlanned({ plan: made, members }),
      (failed) => asked.signal.aborted || setError(failed),
    );
    return () => asked.abort();
  }, []);

  async function start() {
    setStep("under way");
    setError(undefined);
    const { author, message } = annotation;
    const body = { version, annotation: { author, message } };
    const switching = call(path, { method: "POST", body, headers: { "Request-Timeout": "3900" } });
    followStatus.now();
    try {
      await switching;
      setStep("done");
      if (!isOpen.current) say(`${backend.key}: ${version} serves`);
    } catch (failed) {
      if (!isOpen.current) return sayFailed(`Switch ${backend.key} to ${version}`, failed);
      setError(failed);
      setStep("plan");
    }
  }

  const wanted = registrations.filter((each) => each.version === version);
  return html`
    <${Dialog} title=${`Switch ${backend.key} to ${version}`} close=${close}>
      ${step === "plan" && html`
        ${!planned && !error && html`<p class="soft" role="status">Asking what it would do…</p>`}
        ${planned && html`<${Moves} ...${switched(planned.plan?.configDiff ?? "", planned.members, wanted)} from=${from} to=${version} />
          <${PlanView} plan=${planned.plan} />`}
        <${Failure} error=${error} />
        ${planned && html`<${AnnotationFields} annotation=${annotation} />`}
      `}
      ${step !== "plan" && html`<${Progress} backend=${backend.key} version=${version} old=${(planned?.members ?? []).map(address)} isDone=${step === "done"} />`}
      <footer>
        ${step === "plan" && planned && html`<button type="button" class="main" onClick=${start}>Switch to ${version}</button>`}
        ${step === "done" && from && from !== version &&
        html`<button type="button" onClick=${() => next(from)}>Switch back to ${from}…</button>`}
        <button type="button" onClick=${close}>${step === "plan" ? "Cancel" : "Close"}</button>
      </footer>
    <//>
  `;
}

/** @param {{ incoming: string[], outgoing: string[], staying: string[], from: string, to: string }} props */
function Moves({ incoming, outgoing, staying, from, to }) {
  return html`
    <div class="moves">
      <div><h3>In: ${incoming.length} of ${to}</h3>
        <ul aria-label="Members in">${incoming.map((each) => html`<li class="add"><code>${each}</code></li>`)}</ul></div>
      <div><h3>Out: ${outgoing.length} of ${from}</h3>
        <ul aria-label="Members out">${outgoing.map((each) => html`<li class="remove"><code>${each}</code></li>`)}</ul></div>
      ${staying.length > 0 && html`<div><h3>Stay: ${staying.length}</h3>
        <ul aria-label="Members that stay">${staying.map((each) => html`<li><code>${each}</code></li>`)}</ul></div>`}
    </div>
    <p class="soft small">New members serve once their checks have passed; then the old ones take nothing new, and go when their sessions are over.</p>
  `;
}
