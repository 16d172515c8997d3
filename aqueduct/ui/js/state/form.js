/**
 * Forms, by the descriptions of `/openapi.json`: which fields there are, what a new value is, and what is sent. Pure.
 *
 * Values are the API's own documents; nothing is known here of frontends or backends.
 */

/**
 * @typedef {import("../types.js").Schema} Schema
 * @typedef {{ [name: string]: Schema }} Schemas
 * @typedef {{
 *   kind: "text" | "integer" | "choice" | "lines" | "group" | "list" | "json",
 *   choices: string[], fields: Property[], item: Field | undefined, pattern: string, minimum: number | undefined,
 *   example: string, description: string,
 * }} Field
 * @typedef {{ name: string, field: Field, isRequired: boolean }} Property
 */

/** @type {Field} */
const PLAIN = { kind: "text", choices: [], fields: [], item: undefined, pattern: "", minimum: undefined, example: "", description: "" };

/** @param {Schema} schema @param {Schemas} schemas @param {string} [description] @returns {Field} */
export function fieldOf(schema, schemas, description = schema.description ?? "") {
  const plain = resolved(schema, schemas);
  const types = [plain.type ?? []].flat();
  /** @type {Field} */
  const field = {
    ...PLAIN,
    pattern: plain.pattern ?? "",
    minimum: plain.minimum,
    example: plain.examples?.[0] ?? "",
    description: (description || plain.description) ?? "",
  };
  if (plain.enum) {
    return { ...field, kind: "choice", choices: plain.enum.filter((each) => each !== null).map(String) };
  }
  if (plain.properties) return { ...field, kind: "group", fields: properties(plain, schemas) };
  if (types.includes("object")) return { ...field, kind: "json" };
  if (types.includes("array")) {
    const item = fieldOf(plain.items ?? {}, schemas);
    return { ...field, kind: item.kind === "text" ? "lines" : "list", item };
  }
  return types.includes("integer") ? { ...field, kind: "integer" } : field;
}

/** @param {Schema} schema @param {Schemas} schemas @returns {Property[]} those that can be written */
function properties(schema, schemas) {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => !property.readOnly)
    .map(([name, property]) => ({
      name,
      field: fieldOf(property, schemas, property.description),
      isRequired: schema.required?.includes(name) ?? false,
    }));
}

/** @param {Schema} schema @param {Schemas} schemas @returns {Schema} what is referred to, of alternatives the one that is not null */
function resolved(schema, schemas) {
  if (schema.$ref) return resolved(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, schemas);
  const alternative = schema.anyOf?.find((each) => each.type !== "null");
  return alternative ? resolved(alternative, schemas) : schema;
}

/** A value to begin with. @param {Field} field @returns {any} */
export function blank(field) {
  if (field.kind === "group") return {};
  return field.kind === "list" || field.kind === "lines" ? [] : undefined;
}

/**
 * A number as it was typed; what is none as it is, so that Aqueduct says what is wrong with it. Fields of the browser's type
 * `number` are none of ours: a wheel that turns over one changes it.
 * @param {string} text
 */
export function numeric(text) {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** What was typed where a document in JSON belongs, and is none. */
export class Malformed {
  /** @param {string} text @param {string} fault */
  constructor(text, fault) {
    this.text = text;
    this.fault = fault;
  }
}

/** The object that a text is in JSON. @param {string} text @returns {object | Malformed | undefined} undefined for nothing */
export function parsed(text) {
  if (!text.trim()) return undefined;
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : new Malformed(text, 'must be an object: {"name": "value"}');
  } catch (error) {
    return new Malformed(text, `is no JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * What is wrong before anything is sent, by the paths of fields.
 * @param {any} value @param {Field} field @param {string} [path] @returns {{ field: string, description: string }[]}
 */
export function faults(value, field, path = "") {
  if (value instanceof Malformed) return [{ field: path, description: value.fault }];
  if (value === undefined || value === null) return [];
  if (field.kind === "group") return field.fields.flatMap((each) => faults(value[each.name], each.field, path ? `${path}.${each.name}` : each.name));
  if (field.kind !== "list") return [];
  return value.flatMap((/** @type {any} */ each, /** @type {number} */ index) => faults(each, /** @type {Field} */ (field.item), `${path}[${index}]`));
}

/**
 * A value without its blank lines, so that lines are numbered as Aqueduct numbers them.
 * @param {any} value @param {Field} field @returns {any}
 */
export function tidied(value, field) {
  if (value === undefined || value === null) return value;
  if (field.kind === "lines") return value.filter((/** @type {string} */ each) => each.trim());
  if (field.kind === "list") return value.map((/** @type {any} */ each) => tidied(each, /** @type {Field} */ (field.item)));
  if (field.kind !== "group") return value;
  const inside = new Map(field.fields.map((each) => [each.name, each.field]));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, tidied(each, inside.get(name) ?? PLAIN)]));
}

/**
 * What is sent: what Aqueduct alone says, and what is empty, left out.
 * @param {any} value @param {Field} field @returns {any}
 */
export function sent(value, field) {
  if (value === undefined || value === null || value === "") return undefined;
  if (field.kind === "group") {
    const entries = field.fields.map(({ name, field: each }) => [name, sent(value[name], each)]);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  }
  if (field.kind === "list") return value.map((/** @type {any} */ each) => sent(each, /** @type {Field} */ (field.item)) ?? {});
  return value;
}

/**
 * The errors that belong to a field or below it: by the rest of their paths. `rules[0].value` is `[0].value` for `rules`.
 * @param {readonly { field: string, description: string }[]} errors @param {string} name or an index, such as `[0]`
 */
export function below(errors, name) {
  const inside = (/** @type {string} */ field) =>
    field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`);
  return errors
    .filter((error) => inside(error.field))
    .map((error) => ({ ...error, field: error.field.slice(name.length).replace(/^\./, "") }));
}

/** Those of the field itself. @param {readonly { field: string, description: string }[]} errors */
export function own(errors) {
  return errors.filter((error) => !error.field);
}
