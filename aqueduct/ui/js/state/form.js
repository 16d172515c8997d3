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

/** @param {Schema} schema @param {Schemas} schemas @param {string} [description] @returns {Field} */
export function fieldOf(schema, schemas, description = schema.description ?? "") {
  const plain = resolved(schema, schemas);
  const types = [plain.type ?? []].flat();
  /** @type {Field} */
  const field = {
    kind: "text",
    choices: [],
    fields: [],
    item: undefined,
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
