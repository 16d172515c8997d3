/** What keeps the stores true: streams, and what is asked for when these say that it changed. */
import { ApiError, call } from "./api.js";
import { regrouped } from "./state/stats.js";
import { overview, telling } from "./stores.js";
import { watch } from "./streams.js";
import { lookForUpgrade } from "./upgrade.js";

const SOON = 60; // milliseconds in which changes are gathered
const FEW = 12; // backends that are asked for one by one
const STATUS = 3_000;
const STATUS_AMID_A_SWITCH = 400;
const STATUS_UNREACHED = 1_000;
const STATUS_PATIENCE = 3_000; // it is in memory: who takes longer hangs

/** Follows the configuration. @returns {() => void} stops */
export function followConfig() {
  const link = telling("config");
  const stop = watch({
    path() {
      const { revision } = overview.get().config;
      return `/v1/config:watch${revision === undefined ? "" : `?after_revision=${revision}`}`;
    },
    message: (config) => overview.dispatch({ config }),
    link(state, error) {
      if (state === "cut") overview.dispatch({ cut: "config" });
      link(state, error);
    },
    refused(error) {
      if (error.status === 400) overview.dispatch({ forget: "config" }); // history does not reach back so far
    },
  });
  return () => (stop(), link());
}

/** Follows statistics, and with them who serves for backends. @returns {() => void} stops */
export function followStats() {
  const link = telling("stats");
  const memberships = askForMemberships();
  let before = overview.get().stats;
  const stop = watch({
    path: () => "/v1/stats:watch?interval=1s&groups=state&groups=sessions&groups=rates",
    message(stats) {
      overview.dispatch({ stats });
      const after = overview.get().stats;
      if (stats.more) return;
      if (stats.snapshot) memberships.askForAll();
      else memberships.ask(regrouped(before, after));
      before = after;
    },
    link(state, error) {
      if (state === "cut") overview.dispatch({ cut: "stats" });
      link(state, error);
    },
  });
  const unfollow = followRevisions(memberships);
  return () => (stop(), unfollow(), memberships.stop(), link());
}

/** Asks for backends that were changed. @param {ReturnType<typeof askForMemberships>} memberships */
function followRevisions(memberships) {
  let known = overview.get().config.backends;
  return overview.follow(() => {
    const now = overview.get().config.backends;
    if (now === known) return;
    const changed = [...now.values()].filter((each) => known.get(each.key) !== each);
    known = now;
    memberships.ask(changed.map((each) => each.key));
  });
}

/** Asks for backends as they are with their members, soon after it was said which. */
function askForMemberships() {
  /** @type {Set<string>} */
  let wanted = new Set();
  let timer = 0;
  let turn = 0;

  async function run() {
    const keys = [...wanted].filter((key) => overview.get().config.backends.has(key));
    const mine = ++turn;
    wanted = new Set();
    try {
      if (keys.length > FEW) {
        const backends = await call("/backends");
        if (mine === turn) overview.dispatch({ backends });
      } else {
        await Promise.all(keys.map(async (key) => overview.dispatch({ backend: await call(backendPath(key)) })));
      }
    } catch {
      // Either it was deleted meanwhile, or the streams tell that Aqueduct is not reached, and begin anew.
    }
  }

  return {
    /** @param {Iterable<string>} keys */
    ask(keys) {
      for (const key of keys) wanted.add(key);
      if (!wanted.size) return;
      clearTimeout(timer);
      timer = setTimeout(run, SOON);
    },
    async askForAll() {
      const mine = ++turn;
      const backends = await call("/backends").catch(() => undefined);
      if (backends && mine === turn) overview.dispatch({ backends });
    },
    stop: () => clearTimeout(timer),
  };
}

/** @param {string} key */
export function backendPath(key) {
  return `/backends/${encodeURIComponent(key)}`;
}

/** Follows Aqueduct's status: often while a switch is under way. @returns {() => void} stops */
export function followStatus() {
  const link = telling("status");
  let timer = 0;
  let stopped = false;
  let isReached = true;

  async function ask() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      overview.dispatch({ status: await call("/v1/status", { signal: AbortSignal.timeout(STATUS_PATIENCE) }) });
      if (!isReached) lookForUpgrade();
      isReached = true;
      if (!stopped) link("live");
    } catch (error) {
      isReached = false;
      if (!stopped) link("cut", error instanceof ApiError ? error : new ApiError("Aqueduct does not answer"));
    }
    const isSwitching = overview.get().status?.transitions?.length;
    if (!stopped) timer = setTimeout(ask, !isReached ? STATUS_UNREACHED : isSwitching ? STATUS_AMID_A_SWITCH : STATUS);
  }

  document.addEventListener("visibilitychange", ask);
  followStatus.now = ask;
  link("connecting");
  ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", ask);
    link();
  };
}

/** Asks for the status at once: something was begun. */
followStatus.now = async () => {};
