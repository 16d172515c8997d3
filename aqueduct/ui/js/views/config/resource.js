/** One frontend or backend in a form: what it is, its fields, its errors, and the plan before anything is done. */
import { ApiError, call } from "../../api.js";
import { html, useEffect, useMemo, useRef, useState } from "../../html.js";
import { blank, faults, fieldOf, sent, tidied } from "../../state/form.js";
import { useAgain } from "../again.js";
import { Failure } from "../failure.js";
import { useSchemas } from "../schemas.js";
import { FieldView } from "./field.js";
import { Review } from "./review.js";

/**
 * @typedef {{ method: "PUT" | "DELETE", resource: string, body?: any, revision: number, title: string }} Write
 *   `revision`: that at which the form was filled, 0 for a new resource
 */

const MESSAGES = { frontends: "Frontend", backends: "Backend" };

/** @param {{ kind: "frontends" | "backends", name: string | undefined }} props without a name: a new one */
export function ResourceForm({ kind, name }) {
  const schemas = useSchemas();
  const field = useMemo(() => schemas && fieldOf({ $ref: MESSAGES[kind] }, schemas), [schemas]);
  const [value, setValue] = useState(/** @type {any} */ (name === undefined ? {} : undefined));
  const [error, setError] = useState(/** @type {ApiError | undefined} */ (undefined));
  const [write, setWrite] = useState(/** @type {Write | undefined} */ (undefined));
  const form = useRef(/** @type {HTMLElement | null} */ (null));
  const word = MESSAGES[kind].toLowerCase();

  function load() {
    if (name === undefined) return;
    // As a document: what discovery brings is no part of it.
    call("/v1/config", { params: { resources: `${kind}/${name}` } }).then((found) => (setValue(found[kind][0]), setError(undefined)), setError);
  }
  useEffect(load, []);
  useAgain(value ? undefined : error, load);
  useEffect(() => void (error && form.current && showFault(form.current)), [error]);
  if (!field || !value) return error ? html`<${Failure} error=${error} />` : html`<p class="soft" role="status">Loading…</p>`;

  const resource = `${kind}/${name ?? value.key ?? ""}`;
  const revision = name === undefined ? 0 : value.revision;
  function put(/** @type {Event} */ event) {
    event.preventDefault();
    const shape = field ?? fieldOf({}, {});
    const tidy = tidied(value, shape);
    const wrong = faults(tidy, shape);
    setValue(tidy);
    if (wrong.length) return setError(new ApiError("Some fields are malformed", { fields: wrong }));
    setError(undefined);
    const title = name === undefined ? `New ${word} ${value.key}` : `Change ${word} ${name}`;
    setWrite({ method: "PUT", resource, body: sent(tidy, shape), revision, title });
  }
  function remove() {
    setError(undefined);
    setWrite({ method: "DELETE", resource, revision, title: `Delete ${word} ${name}` });
  }

  const others = error && (!error.fields.length || error.fields.every((each) => !known(field, each.field)));
  return html`
    <form class="resource-form" ref=${form} onSubmit=${put} novalidate aria-labelledby="form-title">
      <h2 id="form-title">${name === undefined ? `New ${word}` : `${MESSAGES[kind]} ${name}`}</h2>
      ${others && html`<${Failure} error=${error} />`}
      ${error && !others && html`<p class="failure bad" role="alert">It was refused: see the fields that are marked.</p>`}
      ${field.fields
        .filter((each) => name === undefined || each.name !== "key")
        .map((each) => html`<${FieldView} key=${each.name} name=${each.name} path=${each.name} field=${each.field} isRequired=${each.isRequired || each.name === "key"}
          value=${value[each.name] ?? blank(each.field)} errors=${error?.fields ?? []} set=${(/** @type {any} */ next) => setValue((/** @type {any} */ now) => ({ ...now, [each.name]: next }))} />`)}
      <p class="buttons">
        <button type="submit" class="main">See the plan…</button>
        ${name !== undefined && html`<button type="button" class="danger" onClick=${remove}>Delete…</button>`}
        <a class="button" href="#/config/edit">Back</a>
      </p>
      ${write && html`<${Review} write=${write} close=${() => setWrite(undefined)} refused=${(/** @type {ApiError} */ failed) => {
        setWrite(undefined);
        setError(failed);
      }} />`}
    </form>
  `;
}

/** Whether a form shows the field of an error. @param {import("../../state/form.js").Field} form @param {string} field */
function known(form, field) {
  return form.fields.some(({ name }) => name === field || field.startsWith(`${name}.`) || field.startsWith(`${name}[`));
}

/** Brings the first thing that is wrong into view, and the focus to it. @param {HTMLElement} form */
function showFault(form) {
  const found = /** @type {HTMLElement | null} */ (form.querySelector("[aria-invalid=true], .error") ?? form.querySelector(".failure"));
  if (!found) return;
  if (!found.matches("input, select, textarea")) found.tabIndex = -1;
  found.scrollIntoView({ block: "center" });
  found.focus({ preventScroll: true });
}
