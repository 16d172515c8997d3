/**
 * The switch of a backend to a version: what it would do, the word to do it, how far it is, and the way back.
 *
 * The dialog is the page's, not the row's: rows come and go with what is filtered and seen.
 */
import { call } from "../../api.js";
import { backendPath, followStatus } from "../../following.js";
import { html, useEffect, useRef, useState } from "../../html.js";
import { address, switched } from "../../state/members.js";
import { createStore, useStore } from "../../store.js";
import { AnnotationFields, useAnnotation } from "../annotation.js";
import { Dialog } from "../dialog.js";
import { Failure } from "../failure.js";
import { PlanView } from "../plan.js";
import { Faster, usePlan } from "../planned.js";
import { say, sayFailed } from "../says.js";
import { Progress } from "./progress.js";

/**
 * @typedef {import("../../types.js").Backend} Backend
 * @typedef {{ key: string, version: string } | undefined} Wanted
 */

const wanted = createStore((/** @type {Wanted} */ _, /** @type {Wanted} */ next) => next, /** @type {Wanted} */ (undefined));

/** Ask for a switch: opens the dialog. @param {string} key of the backend @param {string} version */
export function openSwitch(key, version) {
  wanted.dispatch({ key, version });
}

/** The dialog, while there is one. */
export function SwitchDialog() {
  const now = useStore(wanted, (state) => state);
  const close = () => wanted.dispatch(undefined);
  useEffect(() => close, []);
  if (!now) return null;
  const { key, version } = now;
  return html`<${Dialog} title=${`Switch ${key} to ${version}`} close=${close}>
    <${Switch} key=${version} backend=${key} version=${version} close=${close} /><//>`;
}

/** @param {{ backend: string, version: string, close: () => void }} props */
function Switch({ backend, version, close }) {
  const path = backendPath(backend);
  const before = useRef(/** @type {Backend | undefined} */ (undefined));
  const [step, setStep] = useState(/** @type {"plan" | "under way" | "done"} */ ("plan"));
  const annotation = useAnnotation();
  const result = useRef(/** @type {HTMLElement | null} */ (null));
  const isOpen = useRef(true);
  useEffect(() => () => void (isOpen.current = false), []);
  useEffect(() => {
    if (!document.activeElement?.closest("dialog")) result.current?.focus(); // what had the focus is gone
  });

  const { planned, error, faster, carryOut, fail } = usePlan(
    [`backends/${backend}`],
    async () => (await call(path)).revision,
    async (headers) => {
      before.current = await call(path);
      return call(path, { method: "POST", params: { validate_only: true }, body: { version }, headers });
    },
  );
  const from = before.current?.version ?? "";
  const old = (before.current?.members ?? []).map(address);

  async function start() {
    setStep("under way");
    const { author, message } = annotation;
    try {
      const isDone = await carryOut((headers) => {
        const body = { version, annotation: { author, message } };
        const switching = call(path, { method: "POST", body, headers: { ...headers, "Request-Timeout": "3900" } });
        followStatus.now();
        return switching;
      });
      setStep(isDone ? "done" : "plan");
      if (isOpen.current) return;
      if (isDone) say(`${backend}: ${version} serves`);
      else sayFailed(`Switch ${backend} to ${version}`, new Error("it was changed by somebody else meanwhile"));
    } catch (failed) {
      if (!isOpen.current) return sayFailed(`Switch ${backend} to ${version}`, failed);
      fail(failed);
      setStep("plan");
    }
  }

  return html`
    <div class="result" tabindex="-1" ref=${result} role="group" aria-label=${step === "plan" ? "Plan" : "Progress"}>
      ${step === "plan" && html`
        <${Faster} faster=${faster} />
        ${!planned && !error && html`<p class="soft" role="status">Asking what it would do…</p>`}
        ${planned && html`<${Moves} ...${switched(old, (planned.backend?.members ?? []).map(address))} from=${from} to=${version} />
          <${PlanView} plan=${planned.plan} />`}
        <${Failure} error=${error} />
        ${planned && html`<${AnnotationFields} annotation=${annotation} />`}
      `}
      ${step !== "plan" && html`<${Progress} backend=${backend} version=${version} old=${old} isDone=${step === "done"} />`}
    </div>
    <footer>
      ${step === "plan" && planned && html`<button type="button" class="main" onClick=${start}>Switch to ${version}</button>`}
      ${step === "done" && from && from !== version &&
      html`<button type="button" onClick=${() => openSwitch(backend, from)}>Switch back to ${from}…</button>`}
      <button type="button" onClick=${close}>${step === "plan" ? "Cancel" : "Close"}</button>
    </footer>
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
