import assert from "node:assert/strict";
import { test } from "node:test";
import { linked, whole } from "../../../aqueduct/ui/js/state/links.js";
import { address, memberRows, switched, versions } from "../../../aqueduct/ui/js/state/members.js";
import { NO_OVERVIEW, backendRows, frontendRows, health, memberState, reduce, transitionOf } from "../../../aqueduct/ui/js/state/overview.js";
import { visible } from "../../../aqueduct/ui/js/state/rows.js";

const shop = { key: "shop", type: "dynamic", name: "myapp", version: "1.0.0", balance: "leastconn" };
const state = [
  { config: { revision: 1, snapshot: { frontends: [{ key: "web", bind: ":80", backend: "shop", rules: [{ operation: "path", value: "/x", backend: "api" }] }], backends: [shop, { key: "api", type: "static" }] } } },
  { stats: { snapshot: true, time: "t", stats: [{ kind: "backend", key: "api", state: { members: 2 } }, { kind: "member", key: "api", member: "10.1.2.3:80" }] } },
  { backends: [{ ...shop, members: [{ host: "app.local", port: 1 }] }] },
  { status: { transitions: [{ key: "shop", transition: { phase: "proving" } }] } },
].reduce(reduce, NO_OVERVIEW);

test("rows are found by each of the words", () => {
  const keys = (filter) => backendRows(state, filter).map((each) => each.key);
  assert.deepEqual(keys(""), ["api", "shop"]);
  assert.deepEqual(keys("MYAPP 1.0"), ["shop"]);
  assert.deepEqual(keys("app.local"), ["shop"]);
  assert.deepEqual(keys("10.1.2"), ["api"]);
  assert.deepEqual(keys("down"), ["api"]);
  assert.deepEqual(keys("shop down"), []);
  assert.deepEqual([frontendRows(state, "/x api").length, frontendRows(state, "/y").length], [1, 0]);
});

test("messages change what they are of", () => {
  const after = reduce(state, { backend: { ...shop, members: [] } });
  assert.deepEqual(after.backends.get("shop")?.members, []);
  assert.equal(reduce(state, { forget: "config" }).config.revision, undefined);
  assert.equal(reduce(state, { cut: "stats" }).stats.parts.length, 0);
  assert.equal(reduce(state, { cut: "config" }).config, state.config);
  assert.equal(transitionOf(state, "shop")?.phase, "proving");
  assert.equal(transitionOf(state, "api"), undefined);
});

test("a switch is over where the status tells of it no more", () => {
  const under = reduce(state, { backend: { ...shop, transition: { phase: "draining" } } });
  assert.ok(reduce(under, { status: { transitions: [{ key: "shop", transition: {} }] } }).backends.get("shop")?.transition);
  const over = reduce(under, { status: {} });
  assert.equal(transitionOf(over, "shop"), undefined);
  assert.equal(reduce(over, { status: {} }).backends, over.backends);
});

test("health in a word", () => {
  const of = (active, members, backup = 0) => health({ kind: "backend", key: "b", state: { activeMembers: active, backupMembers: backup, members } });
  assert.deepEqual(of(2, 3), { up: 2, total: 3, word: "degraded", tone: "warn" });
  assert.deepEqual([of(3, 3).word, of(0, 3).word, of(0, 0).word, health(undefined).word, of(0, 1, 1).word], ["up", "down", "no members", "not known", "up"]);
  assert.deepEqual(memberState({ kind: "member", key: "b", state: { status: "MAINT", operationalState: "maint" } }), { word: "maint", tone: "idle", status: "MAINT" });
  assert.equal(memberState(undefined).word, "not known");
});

test("addresses as the API takes them", () => {
  assert.equal(address({ host: "10.0.0.1", port: 80 }), "10.0.0.1:80");
  assert.equal(address({ host: "::1", port: 80 }), "[::1]:80");
  assert.equal(address({ host: "[2001:DB8:0::1]", port: 80 }), "[2001:db8::1]:80");
  assert.equal(address({ host: "/run/a.sock" }), "unix@/run/a.sock");
  assert.equal(address({ host: "unix@/run/.//a.sock" }), "unix@/run/a.sock");
  assert.equal(address({ host: "abns@app" }), "abns@app");
});

test("members are those stored, then those that HAProxy has besides", () => {
  const stats = new Map([["b:1", { kind: "member", key: "x" }], ["a:1", { kind: "member", key: "x" }]]);
  const rows = memberRows([{ host: "a", port: 1 }, { host: "c", port: 1 }], stats);
  assert.deepEqual(rows.map((row) => [row.address, Boolean(row.member), Boolean(row.stats)]), [["a:1", true, true], ["c:1", true, false], ["b:1", false, true]]);
});

test("versions are those known anywhere, the newest first", () => {
  const of = (version, members) => ({ name: "s", version, discovery: "file", members });
  const found = versions([of("1.9.0", 1), of("1.10.0", 2)], [{ host: "h", port: 2, version: "1.10.0" }, { host: "i", port: 2, version: "1.7.0" }, { host: "h", port: 3 }], "1.8.0");
  assert.deepEqual(found, [{ version: "1.10.0", count: 2 }, { version: "1.9.0", count: 1 }, { version: "1.8.0", count: 0 }, { version: "1.7.0", count: 1 }]);
});

test("who comes, goes and stays by a switch", () => {
  assert.deepEqual(switched(["a:1", "c:1"], ["b:1", "c:1"]), { incoming: ["b:1"], outgoing: ["a:1"], staying: ["c:1"] });
});

test("the page is live where all that it follows is", () => {
  let links = linked({}, { name: "a", link: "live", now: 1 });
  assert.equal(whole(links).link, "live");
  links = linked(links, { name: "b", link: "connecting", now: 2 });
  assert.equal(whole(links).link, "connecting");
  links = linked(links, { name: "b", link: "cut", error: "gone", now: 3 });
  links = linked(links, { name: "b", link: "cut", error: "still gone", now: 4 });
  assert.deepEqual(whole(links), { link: "cut", error: "still gone", since: 3 });
  assert.equal(linked(links, { name: "a", link: "live", now: 9 }), links);
  assert.equal(whole(linked(links, { name: "b", now: 5 })).link, "live");
});

test("only rows near the window are drawn", () => {
  const heights = [10, 10, 10, 10, 10];
  assert.deepEqual(visible(heights, 0, 20, 0), { first: 0, last: 2, before: 0, after: 30 });
  assert.deepEqual(visible(heights, 25, 10, 0), { first: 2, last: 4, before: 20, after: 10 });
  assert.deepEqual(visible(heights, -100, 20, 0), { first: 0, last: 0, before: 0, after: 50 });
  assert.deepEqual(visible(heights, 100, 20, 0), { first: 5, last: 5, before: 50, after: 0 });
  assert.deepEqual(visible([], 0, 20, 5), { first: 0, last: 0, before: 0, after: 0 });
});
