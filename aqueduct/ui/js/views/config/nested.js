/** Fields that hold others: groups, which may be absent, and lists of groups. */
import { html, useEffect, useRef } from "../../html.js";
import { blank, own } from "../../state/form.js";
import { FieldView } from "./field.js";

/** @typedef {import("./field.js").Props} Props */

/** A group. @param {Props} props errors by paths within it */
export function GroupView({ name, path, field, isRequired, value, set, errors }) {
  const isThere = value !== undefined && Object.keys(value).length > 0;
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const was = useRef(isThere);
  useEffect(() => {
    // The button that had the focus is gone; where the form itself was filled, nothing had it.
    if (was.current !== isThere && document.activeElement === document.body) focusFirst(place.current);
    was.current = isThere;
  }, [isThere]);
  if (!isThere && !isRequired) {
    return html`
      <div class="field" ref=${place}><span class="name">${name}</span>
        <button type="button" onClick=${() => set(first(field))} aria-describedby=${`${path}-hint`}>Add ${name}</button>
        <p class="hint" id=${`${path}-hint`}>${field.description}</p></div>
    `;
  }
  return html`
    <fieldset class="group" ref=${place}><legend>${name}</legend>
      <p class="hint">${field.description}</p>
      <${Errors} errors=${own(errors)} />
      <${Fields} path=${path} field=${field} value=${value} set=${set} errors=${errors} />
      ${!isRequired && html`<button type="button" onClick=${() => set(undefined)}>Remove ${name}</button>`}
    </fieldset>
  `;
}

/** @param {HTMLElement | null} place */
function focusFirst(place) {
  /** @type {HTMLElement | null | undefined} */ (place?.querySelector("input, select, textarea, button"))?.focus();
}

/** A value for a group that is to be there: with what makes it not empty. @param {Props["field"]} field */
function first(field) {
  const choice = field.fields.find((each) => each.field.kind === "choice");
  return choice ? { [choice.name]: choice.field.choices[0] } : Object.fromEntries(field.fields.slice(0, 1).map((each) => [each.name, ""]));
}

/** @param {Props} props errors by paths that begin with the index */
export function ListView({ name, path, field, value, set, errors }) {
  const item = /** @type {Props["field"]} */ (field.item);
  const items = /** @type {any[]} */ (value ?? []);
  const without = (/** @type {number} */ index) => items.filter((_, each) => each !== index);
  const one = name.replace(/s$/, "");
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(items.length);
  useEffect(() => {
    const rows = [...(place.current?.children ?? [])];
    if (before.current < items.length) focusFirst(/** @type {HTMLElement | undefined} */ (rows.at(-1)) ?? null);
    else if (document.activeElement === document.body) /** @type {HTMLElement | null | undefined} */ (place.current?.nextElementSibling)?.focus();
    before.current = items.length;
  }, [items.length]);
  /** @param {number} index */
  function up(index) {
    const next = without(index);
    next.splice(index - 1, 0, items[index]);
    set(next);
  }
  return html`
    <fieldset class="list"><legend>${name}</legend>
      <p class="hint">${field.description}</p>
      <${Errors} errors=${own(errors)} />
      <ol ref=${place}>${items.map((each, index) => html`
        <li class="item" aria-label=${`${one} ${index + 1}`}>
          <${Fields} path=${`${path}[${index}]`} field=${item} value=${each} errors=${within(errors, index)}
            set=${(/** @type {any} */ next) => set(items.map((kept, other) => (other === index ? next : kept)))} />
          <span class="buttons">
            ${index > 0 && html`<button type="button" onClick=${() => up(index)} aria-label=${`Move ${one} ${index + 1} up`}>↑</button>`}
            <button type="button" onClick=${() => set(without(index))} aria-label=${`Remove ${one} ${index + 1}`}>✕</button>
          </span>
        </li>`)}</ol>
      <button type="button" onClick=${() => set([...items, blank(item)])}>Add ${one}</button>
    </fieldset>
  `;
}

/** The errors of an item. @param {Props["errors"]} errors @param {number} index */
function within(errors, index) {
  const prefix = `[${index}]`;
  return errors
    .filter((each) => each.field.startsWith(prefix))
    .map((each) => ({ ...each, field: each.field.slice(prefix.length).replace(/^\./, "") }));
}

/** @param {Pick<Props, "path" | "field" | "value" | "set" | "errors">} props */
function Fields({ path, field, value, set, errors }) {
  return html`
    <${Errors} errors=${own(errors)} />
    <div class="fields">${field.fields.map((each) => html`<${FieldView} key=${each.name} name=${each.name} path=${`${path}.${each.name}`} field=${each.field}
      isRequired=${each.isRequired} value=${value?.[each.name] ?? blank(each.field)} errors=${errors}
      set=${(/** @type {any} */ next) => set({ ...value, [each.name]: next })} />`)}</div>
  `;
}

/** @param {{ errors: readonly { description: string }[] }} props */
function Errors({ errors }) {
  return errors.length ? html`<p class="error" role="alert">${errors.map((each) => html`<span>${each.description}</span>`)}</p>` : null;
}
