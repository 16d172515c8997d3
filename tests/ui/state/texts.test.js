import assert from "node:assert/strict";
import { test } from "node:test";
import { lines } from "../../../aqueduct/ui/js/lines.js";
import { NO_FEED, fits, gravity, isOfAnother, readBack, told } from "../../../aqueduct/ui/js/state/activity.js";
import { diffLines } from "../../../aqueduct/ui/js/state/diff.js";
import { Malformed, below, blank, faults, fieldOf, numeric, own, parsed, sent, tidied } from "../../../aqueduct/ui/js/state/form.js";
import { tokens } from "../../../aqueduct/ui/js/state/haproxy.js";

const ALL = { text: "", verbs: [], from: "", to: "" };
const event = (id, more = {}) => ({ id, time: "2026-01-01T00:00:00Z", verb: "up", message: `Event ${id}`, ...more });

test("events come live at the head and are read back at the end, each once", () => {
  let feed = readBack(NO_FEED, [event(5), event(4)]);
  feed = told(feed, { events: [event(4), event(5), event(6), event(7)], lastId: 7 }, ALL);
  feed = readBack(feed, [event(4), event(3)]);
  assert.deepEqual(feed.events.map((each) => each.id), [7, 6, 5, 4, 3]);
  assert.equal(feed.lastId, 7);
  const quiet = told(feed, { lastId: 9, missed: 2 }, ALL);
  assert.deepEqual([quiet.events, quiet.lastId, quiet.missed], [feed.events, 9, 2]);
});

test("the events of another data directory are told from those that are known", () => {
  const feed = readBack(NO_FEED, [event(9), event(8)]);
  assert.ok(!isOfAnother(feed, [event(11), event(10), event(9)]));
  assert.ok(!isOfAnother(feed, [event(9), event(8)]));
  assert.ok(!isOfAnother(NO_FEED, []));
  assert.ok(isOfAnother(feed, [event(2)]));
  assert.ok(isOfAnother(feed, []));
  assert.ok(isOfAnother(feed, [event(10), event(9, { time: "2027-01-01T00:00:00Z" })]));
});

test("events that come live are filtered as the server filters", () => {
  const fit = (filter) => fits(event(1), { ...ALL, ...filter });
  assert.ok(fit({ text: "EVENT", verbs: ["up"], from: "2025-12-31T00:00:00Z", to: "2026-01-02T00:00:00Z" }));
  for (const filter of [{ text: "other" }, { verbs: ["down"] }, { from: "2026-01-02T00:00:00Z" }, { to: "2026-01-01T00:00:00Z" }]) assert.ok(!fit(filter));
  assert.deepEqual(["down", "drained", "up", "configChanged"].map(gravity), ["bad", "warn", "ok", "idle"]);
});

test("a diff by its lines", () => {
  const kinds = diffLines("--- a\n+++ b\n@@ -1 +1 @@\n same\n-old\n+new\n").map((each) => each.kind);
  assert.deepEqual(kinds, ["file", "file", "at", "same", "remove", "add"]);
});

test("a line of HAProxy's configuration by its words", () => {
  const kinds = (line) => tokens(line).filter((each) => each.text.trim()).map((each) => [each.kind, each.text.trim()]);
  assert.deepEqual(kinds("backend web"), [["section", "backend"], ["name", "web"]]);
  assert.deepEqual(kinds("    server s1 10.0.0.1:80 check inter 500ms # slow"), [
    ["keyword", "server"], ["name", "s1"], ["plain", "10.0.0.1:80 check inter"], ["number", "500ms"], ["comment", "# slow"],
  ]);
  assert.deepEqual(kinds(`    acl a path_beg "/a b" 'c'`).at(-1), ["string", "'c'"]);
  for (const line of ["", "   ", 'log "x', "a\\ b # c", "# all"]) assert.equal(tokens(line).map((each) => each.text).join(""), line);
});

const SCHEMAS = {
  Thing: {
    type: "object",
    required: ["kind"],
    properties: {
      id: { type: "string", readOnly: true },
      kind: { anyOf: [{ $ref: "#/components/schemas/Kind" }, { type: "null" }], description: "What it is." },
      port: { type: ["integer", "string", "null"], minimum: 0 },
      natives: { type: ["array", "null"], items: { type: "string" } },
      parts: { type: ["array", "null"], items: { $ref: "#/components/schemas/Part" } },
      part: { anyOf: [{ $ref: "#/components/schemas/Part" }, { type: "null" }] },
      meta: { type: ["object", "null"] },
    },
  },
  Kind: { type: "string", enum: ["a", "b", null], description: "Kinds." },
  Part: { type: "object", properties: { wait: { type: ["string", "null"], examples: ["30s"] } } },
};
const form = fieldOf({ $ref: "#/components/schemas/Thing" }, SCHEMAS);

test("a form is what the API's description says", () => {
  assert.deepEqual(form.fields.map((each) => [each.name, each.field.kind, each.isRequired]), [
    ["kind", "choice", true], ["port", "integer", false], ["natives", "lines", false], ["parts", "list", false], ["part", "group", false], ["meta", "json", false],
  ]);
  const [kind, , , parts] = form.fields;
  assert.deepEqual([kind.field.choices, kind.field.description], [["a", "b"], "What it is."]);
  assert.equal(parts.field.item?.fields[0].field.example, "30s");
  assert.deepEqual([blank(form), blank(parts.field), blank(kind.field)], [{}, [], undefined]);
});

test("what is sent is what can be written, and is there", () => {
  const value = { id: "x", kind: "a", port: undefined, natives: ["n"], parts: [{ wait: "" }, { wait: "1s", more: 1 }], part: null, meta: { a: 1 } };
  assert.deepEqual(sent(value, form), { kind: "a", natives: ["n"], parts: [{}, { wait: "1s" }], meta: { a: 1 } });
});

test("what was typed is a number or an object, or told to be none", () => {
  assert.deepEqual([numeric("80"), numeric("-1"), numeric("a")], [80, "-1", "a"]);
  assert.deepEqual([parsed('{"a": 1}'), parsed("  ")], [{ a: 1 }, undefined]);
  for (const text of ["{", "[]", "null", "1"]) assert.ok(parsed(text) instanceof Malformed, text);
  assert.deepEqual(faults({ meta: parsed("1"), parts: [{ wait: "1s" }], part: null }, form).map((each) => each.field), ["meta"]);
  const nested = { ...form, fields: [{ name: "things", isRequired: false, field: { ...form, kind: "list", item: form } }] };
  assert.deepEqual(faults({ things: [{}, { meta: parsed("[") }] }, nested).map((each) => each.field), ["things[1].meta"]);
});

test("blank lines go, wherever they are, and nothing else", () => {
  const value = { id: "x", natives: ["a", " ", "", "b"], parts: [{ wait: "1s" }], part: undefined, meta: { natives: [""] } };
  assert.deepEqual(tidied(value, form), { ...value, natives: ["a", "b"] });
});

test("errors belong to the field that they name", () => {
  const errors = ["rules[0].value", "rules", "rules2", "natives[1]"].map((field) => ({ field, description: "wrong" }));
  assert.deepEqual(below(errors, "rules").map((each) => each.field), ["[0].value", ""]);
  assert.deepEqual(below(below(errors, "rules"), "[0]").map((each) => each.field), ["value"]);
  assert.equal(own(below(errors, "rules")).length, 1);
});

test("lines come whole, however they were cut", async () => {
  const bytes = new TextEncoder().encode('{"a":"ü"}\n\n{"b":1}\nrest');
  for (const size of [1, 3, 100]) {
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const found = [];
    let chunks = 0;
    for await (const line of lines(body, () => chunks++)) found.push(line);
    assert.deepEqual(found, ['{"a":"ü"}', "", '{"b":1}']);
    assert.equal(chunks, Math.ceil(bytes.length / size));
  }
});
