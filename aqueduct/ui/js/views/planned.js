/**
 * A write in two steps: what it would do, and the word to do it. The word holds for what was shown alone: where somebody
 * changed the same resources meanwhile, nothing is done, it is said who, and the plan of now is shown.
 */
import { call, page } from "../api.js";
import { moment } from "../format.js";
import { html, useEffect, useRef, useState } from "../html.js";

/**
 * @typedef {import("../types.js").Revision} Revision
 * @typedef {Record<string, string>} Condition headers that say at which revision the resource must be
 */

const LOOKED_AT = 100; // revisions, for those that were faster
const PRECONDITION_FAILED = 412;

/**
 * @template T
 * @param {readonly string[]} resources that it is about, such as `backends/web`; none: all
 * @param {() => Promise<number> | number} begin the revision that they are at, 0 where there is to be none
 * @param {(condition: Condition) => Promise<T>} ask what it would do
 */
export function usePlan(resources, begin, ask) {
  const [planned, setPlanned] = useState(/** @type {T | undefined} */ (undefined));
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const [faster, setFaster] = useState(/** @type {readonly Revision[]} */ ([]));
  const revision = useRef(/** @type {number | undefined} */ (undefined));
  const isLeft = useRef(false);

  /** Learns what there is to be learnt of a refusal. @param {any} refused @returns {Promise<boolean>} whether there is another plan to make */
  async function wasOutrun(refused) {
    if (refused.status !== PRECONDITION_FAILED || revision.current === undefined) return false;
    const found = await since(revision.current, resources).catch(() => []);
    if (!found.length) return false;
    setFaster(found);
    revision.current = await present(found[0].revision, resources);
    return true;
  }

  async function plan() {
    try {
      revision.current ??= await begin();
      const found = await ask(condition(revision.current));
      if (!isLeft.current) setPlanned(found);
    } catch (refused) {
      if (isLeft.current) return;
      if (await wasOutrun(refused)) await plan();
      else setError(refused);
    }
  }

  useEffect(() => (plan(), () => void (isLeft.current = true)), []);
  return {
    planned,
    error,
    faster,
    /**
     * Does it as it was planned; the error of `write` where that fails, and the plan is made anew.
     * @param {(condition: Condition) => Promise<unknown>} write
     * @returns {Promise<boolean>} false where somebody was faster: there is another plan, then
     */
    async carryOut(write) {
      setError(undefined);
      try {
        await write(condition(revision.current ?? 0));
        return true;
      } catch (refused) {
        const isOutrun = await wasOutrun(refused);
        setPlanned(undefined);
        if (!isOutrun) {
          revision.current = undefined; // what is undone makes a revision too
          plan();
          throw refused;
        }
        await plan();
        return false;
      }
    },
    fail: setError,
  };
}

/** @param {number} revision @returns {Condition} */
function condition(revision) {
  return revision ? { "If-Match": `"${revision}"` } : { "If-None-Match": "*" };
}

/** What came after a revision, the newest first. @param {number} revision @param {readonly string[]} resources @returns {Promise<Revision[]>} */
async function since(revision, resources) {
  const { items } = await page("/v1/revisions", { params: { page_size: LOOKED_AT, resource: resources.length === 1 ? resources[0] : "" } });
  return items.filter(
    (/** @type {Revision} */ each) =>
      each.revision > revision && (!resources.length || each.changes?.some(({ resource }) => resources.includes(resource))),
  );
}

/** The revision to go on at: 0 where that one deleted the resource. @param {number} revision @param {readonly string[]} resources */
async function present(revision, resources) {
  if (resources.length !== 1) return revision;
  const { changes = [] } = await call(`/v1/revisions/${revision}`);
  const made = changes.find((/** @type {any} */ each) => each.resource === resources[0]);
  return made && !made.after ? 0 : revision;
}

/** Says who was faster. @param {{ faster: readonly Revision[] }} props */
export function Faster({ faster }) {
  if (!faster.length) return null;
  return html`<p class="banner warn" role="alert">
    <strong>Changed meanwhile</strong> by ${faster.slice(0, 3).map(whose).join(", ")}${faster.length > 3 && ` and ${faster.length - 3} more`}.
    This is what it would do now.</p>`;
}

/** @param {Revision} revision */
function whose({ revision, createTime, annotation: { author, message } = {} }) {
  return `${author || "somebody"}${message ? ` (${message})` : ""}, revision ${revision} of ${moment(createTime)}`;
}
