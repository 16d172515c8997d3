/** A field of a form, by its description, with its errors beside it. */
import { html, useState } from "../../html.js";
import { Malformed, below, numeric, own, parsed } from "../../state/form.js";
import { GroupView, ListView } from "./nested.js";

/**
 * @typedef {import("../../state/form.js").Field} Field
 * @typedef {{
 *   name: string, path: string, field: Field, isRequired?: boolean, value: any, set: (value: any) => void,
 *   errors: readonly { field: string, description: string }[],
 * }} Props `path`: from the form's root, for ids; `errors`: by paths that begin with `name`
 */

/** @param {Props} props */
export function FieldView(props) {
  const { name, path, field, isRequired, errors } = props;
  const mine = below(errors, name);
  if (field.kind === "group") return html`<${GroupView} ...${props} errors=${mine} />`;
  if (field.kind === "list") return html`<${ListView} ...${props} errors=${mine} />`;
  const told = field.kind === "lines" ? mine : own(mine);
  return html`
    <div class=${told.length ? "field wrong" : "field"}>
      <label for=${path}>${name}${isRequired && html`<span aria-hidden="true"> *</span>`}</label>
      <${Input} ...${props} isWrong=${told.length > 0} />
      ${told.length > 0 && html`<p class="error" id=${`${path}-error`}>${told.map((each) => html`<span>${line(each.field)}${each.description}</span>`)}</p>`}
      <p class="hint" id=${`${path}-hint`}>${field.description}</p>
    </div>
  `;
}

/** Which line an error of lines is of. @param {string} field such as `[2]` */
function line(field) {
  const found = /^\[(\d+)\]/.exec(field);
  return found ? `line ${Number(found[1]) + 1}: ` : "";
}

/** @param {Props & { isWrong: boolean }} props */
function Input({ path, field, isRequired, value, set, isWrong }) {
  const common = {
    id: path,
    "aria-describedby": `${isWrong ? `${path}-error ` : ""}${path}-hint`,
    "aria-invalid": isWrong || undefined,
    "aria-required": isRequired || undefined,
  };
  const typed = (/** @type {any} */ event) => set(event.target.value === "" ? undefined : event.target.value);
  if (field.kind === "choice") {
    return html`<select ...${common} value=${value ?? ""} onChange=${typed}>
      <option value="">${isRequired ? "" : "by default"}</option>
      ${field.choices.map((each) => html`<option value=${each}>${each}</option>`)}
    </select>`;
  }
  if (field.kind === "lines") {
    const text = (value ?? []).join("\n");
    const split = (/** @type {any} */ event) => set(event.target.value.split("\n"));
    return html`<textarea ...${common} rows=${Math.min(12, (value ?? []).length + 1)} value=${text} onInput=${split} spellcheck=${false}></textarea>`;
  }
  if (field.kind === "integer") {
    const number = (/** @type {any} */ event) => set(event.target.value === "" ? undefined : numeric(event.target.value));
    return html`<input ...${common} inputmode="numeric" value=${value ?? ""} onInput=${number} autocomplete="off" />`;
  }
  if (field.kind === "json") return html`<${Json} common=${common} value=${value} set=${set} />`;
  return html`<input ...${common} value=${value ?? ""} placeholder=${field.example} onInput=${typed} spellcheck=${false} autocomplete="off" />`;
}

/**
 * An object in JSON. What is typed stays as it is typed: set out anew when it is left, it would move the button that is clicked.
 * @param {{ common: object, value: any, set: (value: any) => void }} props
 */
function Json({ common, value, set }) {
  const [typed, setTyped] = useState({ text: "", value: undefined });
  const shown = value instanceof Malformed ? value.text : value === undefined ? "" : JSON.stringify(value, null, 1);
  const text = typed.value === value ? typed.text : shown;
  function take(/** @type {any} */ event) {
    const next = /** @type {any} */ (parsed(event.target.value));
    setTyped({ text: event.target.value, value: next });
    set(next);
  }
  return html`<textarea ...${common} rows=${Math.min(12, text.split("\n").length)} value=${text} placeholder="{}" spellcheck=${false} onInput=${take}></textarea>`;
}
