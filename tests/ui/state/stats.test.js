import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_SERIES, WINDOW, appended, fromHistory, joined } from "../../../aqueduct/ui/js/state/series.js";
import { NO_STATS, applyStats, regrouped } from "../../../aqueduct/ui/js/state/stats.js";

const member = (name, state = { operationalState: "up", adminState: "ready", weight: 1 }) => ({ kind: "member", key: "shop", member: name, state });
const first = applyStats(NO_STATS, {
  snapshot: true,
  time: "2026-01-01T00:00:00Z",
  stats: [{ kind: "frontend", key: "web" }, { kind: "backend", key: "shop" }, member("a:1"), member("b:1")],
});

test("a snapshot is in place of what was known", () => {
  assert.deepEqual([first.frontends.size, first.backends.size, first.members.get("shop")?.size], [1, 1, 2]);
  const next = applyStats(first, { snapshot: true, time: "2026-01-01T00:00:01Z", stats: [{ kind: "backend", key: "api" }] });
  assert.deepEqual([next.frontends.size, [...next.backends.keys()], next.members.size], [0, ["api"], 0]);
});

test("what did not change stays the same object", () => {
  const next = applyStats(first, { time: "2026-01-01T00:00:01Z", stats: [member("a:1", { operationalState: "down" })] });
  assert.equal(next.members.get("shop")?.get("b:1"), first.members.get("shop")?.get("b:1"));
  assert.equal(next.backends.get("shop"), first.backends.get("shop"));
  assert.equal(next.members.get("shop")?.get("a:1")?.state?.operationalState, "down");
  assert.equal(first.members.get("shop")?.get("a:1")?.state?.operationalState, "up");
});

test("parts of one number are taken over together, and what is removed is gone", () => {
  const half = applyStats(first, { more: true, stats: [{ kind: "frontend", key: "admin" }] });
  assert.equal(half.frontends.size, 1);
  const whole = applyStats(half, { time: "t", removed: [{ kind: "frontend", key: "web" }, { kind: "member", key: "shop", member: "a:1" }] });
  assert.deepEqual([...whole.frontends.keys()], ["admin"]);
  assert.deepEqual([...(whole.members.get("shop")?.keys() ?? [])], ["b:1"]);
});

test("backends whose members are others, or were given something, are told", () => {
  const with_ = (...stats) => regrouped(first, applyStats(first, { time: "t", stats }));
  assert.deepEqual(with_(member("a:1", { operationalState: "down", adminState: "ready", weight: 1 })), []);
  assert.deepEqual(with_(member("c:1")), ["shop"]);
  assert.deepEqual(with_(member("a:1", { operationalState: "drain", adminState: "drain", weight: 1 })), ["shop"]);
  assert.deepEqual(with_(member("a:1", { operationalState: "up", adminState: "ready", weight: 5 })), ["shop"]);
  assert.deepEqual(regrouped(NO_STATS, first), ["shop"]);
});

const at = (second) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

test("a series keeps the last minutes, and knows what it does not know", () => {
  let series = appended(NO_SERIES, at(0), 3, undefined);
  assert.deepEqual([series.sessions, series.requests], [[3], [null]]);
  series = appended(series, at(1), 4, {});
  assert.deepEqual([series.requests, series.e5xx], [[null, 0], [null, 0]]);
  assert.equal(appended(series, at(1), 9, {}), series);
  assert.equal(appended(series, undefined, 9, {}), series);
  const late = appended(series, at(WINDOW + 0.5), 5, { requests: 2 });
  assert.deepEqual([late.sessions, late.requests], [[4, 5], [0, 2]]);
  assert.deepEqual(appended(late, at(10 * WINDOW), 1, {}).sessions, [1]);
});

test("history comes before what was seen live, each time once", () => {
  const history = fromHistory([{ time: at(0), sessions: 1, rates: { requests: 5 } }, { time: at(2), sessions: 2 }]);
  const live = fromHistory([{ time: at(1), sessions: 7 }, { time: at(2), sessions: 8 }, { time: at(3), sessions: 9 }]);
  assert.deepEqual(joined(history, live).sessions, [1, 2, 9]);
  assert.deepEqual(joined(NO_SERIES, live), live);
  assert.equal(joined(history, NO_SERIES), history);
});
