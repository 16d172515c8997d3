// The OpenAPI document as a page: operations by service, their fields, and a form to try each.
"use strict";

/** Makes an element; children are elements or text, which is never taken for markup. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const row = (cell, ...texts) => element("tr", {}, ...texts.map((text) => element(cell, {}, text)));

class Page {
  constructor(api) {
    this.api = api;
  }

  resolved(schema) {
    const name = schema.$ref?.split("/").pop();
    return name ? { name, ...this.api.components.schemas[name] } : schema;
  }

  /** Says in a few words what a schema allows for. */
  type(schema) {
    const parts = (schema.anyOf ?? [schema]).map((part) => this.resolved(part)).filter((part) => part.type !== "null");
    return parts.map((part) => {
      if (part.enum) return part.enum.map((value) => JSON.stringify(value)).join(" | ");
      if (part.name) return part.name;
      const types = [part.type ?? "anything"].flat().filter((type) => type !== "null");
      return part.items ? `list of ${this.type(part.items)}` : types[0];
    }).join(" | ");
  }

  /** Returns a table of the fields of a schema; those of messages within unfold when asked for. */
  fields(schema) {
    const found = (schema.anyOf ?? [schema]).map((part) => this.resolved(part.items ?? part)).find((part) => part.properties);
    if (!found) return element("p", {}, this.type(schema));
    const table = element("table", {}, row("th", "Field", "Type", ""));
    for (const [name, field] of Object.entries(found.properties)) {
      const about = element("td", {}, element("p", { class: "soft" }, this.about(field)));
      if (this.within(field)) about.append(this.later("fields", () => this.fields(field)));
      const marks = [found.required?.includes(name) ? " (needed)" : "", field.readOnly ? " (read only)" : ""].join("");
      table.append(element("tr", {}, element("td", {}, element("code", {}, name), marks), element("td", {}, this.type(field)), about));
    }
    return table;
  }

  about(field) {
    const parts = (field.anyOf ?? [field]).map((part) => this.resolved(part));
    return [field.description, ...parts.filter((part) => part.enum).map((part) => part.description)].filter(Boolean).join("\n");
  }

  within(field) {
    return (field.anyOf ?? [field]).map((part) => this.resolved(part.items ?? part)).some((part) => part.properties);
  }

  /** Returns what unfolds; its inside is made when it does, since messages may hold themselves. */
  later(title, make) {
    const made = element("details", {}, element("summary", {}, title));
    made.addEventListener("toggle", () => { if (made.childElementCount === 1) made.append(element("div", {}, make())); });
    return made;
  }

  operation(path, verb, operation) {
    const title = element("summary", {}, element("span", { class: `verb ${verb}` }, verb), element("span", { class: "path" }, path),
      element("span", { class: "soft" }, ` ${operation.summary}`));
    const made = element("details", { id: operation.operationId }, title);
    made.addEventListener("toggle", () => {
      if (made.childElementCount === 1) made.append(this.details(path, verb, operation));
    });
    made.dataset.words = `${verb} ${path} ${operation.operationId} ${operation.summary}`.toLowerCase();
    return made;
  }

  details(path, verb, operation) {
    const made = element("div", {}, element("p", {}, operation.description));
    const inputs = operation.parameters.map((parameter) => ({ parameter, input: element("input", { placeholder: parameter.example ?? "", "aria-label": parameter.name }) }));
    if (inputs.length) {
      made.append(element("h3", {}, "Parameters"), element("table", {}, ...inputs.map(({ parameter, input }) => element("tr", {},
        element("td", {}, element("code", {}, parameter.name), ` (${parameter.in})`),
        element("td", {}, input, element("p", { class: "soft" }, `${this.type(parameter.schema)}: ${parameter.description}`))))));
    }
    const schema = operation.requestBody?.content["application/json"]?.schema;
    const body = schema ? element("textarea", { rows: 6, "aria-label": "Body" }, "{}") : null;
    if (schema) made.append(element("h3", {}, "Body"), this.fields(schema), body);
    const shown = element("pre", { hidden: "" });
    made.append(element("button", { onclick: () => this.send(path, verb, inputs, body, shown) }, "Send"), shown);
    for (const [status, response] of Object.entries(operation.responses)) {
      const answer = Object.values(response.content ?? {})[0]?.schema;
      made.append(element("h3", {}, status === "default" ? "Errors" : status), element("p", {}, response.description));
      if (answer) made.append(this.later("Body", () => this.fields(answer)));
    }
    return made;
  }

  async send(path, verb, inputs, body, shown) {
    const query = new URLSearchParams(), headers = {};
    let url = path.slice(1);
    for (const { parameter, input } of inputs) {
      if (parameter.in === "path") url = url.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value && parameter.in === "query") query.append(parameter.name, input.value);
      else if (input.value) headers[parameter.name] = input.value;
    }
    if (body) headers["Content-Type"] = "application/json";
    shown.hidden = false;
    shown.textContent = "…";
    try {
      const response = await fetch(query.size ? `${url}?${query}` : url, { method: verb, headers, body: body?.value });
      shown.textContent = `${response.status} ${response.statusText}\n`;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) shown.textContent += part.value;
    } catch (error) {
      shown.textContent = String(error);
    }
  }

  show() {
    document.getElementById("version").textContent = this.api.info.version;
    document.getElementById("about").textContent = this.api.info.description;
    const operations = Object.entries(this.api.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([verb, operation]) => ({ tag: operation.tags[0], made: this.operation(path, verb.toUpperCase(), operation) })));
    document.getElementById("operations").replaceChildren(...this.api.tags.map((tag) => element("section", {},
      element("h2", {}, tag.name), element("p", {}, tag.description),
      ...operations.filter((operation) => operation.tag === tag.name).map((operation) => operation.made))));
    document.getElementById("filter").addEventListener("input", (event) => {
      const words = event.target.value.toLowerCase();
      for (const { made } of operations) made.hidden = !made.dataset.words.includes(words);
    });
    document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
  }
}

fetch("openapi.json").then((response) => response.json()).then((api) => new Page(api).show())
  .catch((error) => { document.getElementById("operations").textContent = `openapi.json cannot be read: ${error}`; });
