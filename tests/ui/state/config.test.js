import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CONFIG, applyConfig, resumed, split } from "../../../aqueduct/ui/js/state/config.js";

const web = { key: "web", bind: ":80", backend: "shop", revision: 2 };
const shop = { key: "shop", type: "dynamic", version: "1", revision: 1 };
const started = applyConfig(NO_CONFIG, { revision: 2, snapshot: { frontends: [web], backends: [shop] } });

test("a snapshot is the whole of it", () => {
  assert.deepEqual([...started.frontends.keys()], ["web"]);
  assert.equal(started.backends.get("shop"), shop);
  assert.equal(started.revision, 2);
  const later = applyConfig(started, { revision: 9, snapshot: { backends: [{ ...shop, key: "api" }] } });
  assert.deepEqual([...later.frontends.keys(), ...later.backends.keys()], ["api"]);
});

test("parts of one revision are taken over together", () => {
  const half = applyConfig(NO_CONFIG, { revision: 2, more: true, snapshot: { frontends: [web] } });
  assert.equal(half.revision, undefined);
  assert.equal(half.frontends.size, 0);
  const whole = applyConfig(half, { revision: 2, snapshot: { backends: [shop] } });
  assert.deepEqual([whole.frontends.size, whole.backends.size, whole.revision], [1, 1, 2]);
});

test("a part that was told before the stream was cut is told again", () => {
  const half = applyConfig(started, { revision: 3, more: true, change: { revision: 3, changes: [{ resource: "frontends/web" }] } });
  const again = resumed(half);
  assert.equal(applyConfig(again, { revision: 2 }).frontends.size, 1);
  assert.equal(resumed(again), again);
});

test("changes put and delete, and what is left stays ordered", () => {
  const changes = [
    { resource: "backends/api", after: { backend: { key: "api", type: "static" } } },
    { resource: "frontends/web" },
    { resource: "frontends/admin", after: { frontend: { ...web, key: "admin" } } },
  ];
  const after = applyConfig(started, { revision: 4, change: { revision: 4, changes } });
  assert.deepEqual([...after.backends.keys()], ["api", "shop"]);
  assert.deepEqual([...after.frontends.keys()], ["admin"]);
  assert.equal(after.backends.get("shop"), shop);
});

test("a progress mark changes the revision alone", () => {
  const after = applyConfig(started, { revision: 7 });
  assert.equal(after.revision, 7);
  assert.equal(after.backends, started.backends);
});

test("keys may hold what separates", () => assert.deepEqual(split("backends/a/b"), ["backends", "a/b"]));
