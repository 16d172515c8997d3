/** The history: each revision with who made it, when and why, what it changed, and the ways back. */
import { call, page } from "../../api.js";
import { clock, moment } from "../../format.js";
import { html, useEffect, useRef, useState } from "../../html.js";
import { useStore } from "../../store.js";
import { overview } from "../../stores.js";
import { useAgain } from "../again.js";
import { Failure } from "../failure.js";
import { Line, useOpened } from "../overview/row.js";
import { Diff } from "../plan.js";
import { Rows } from "../rows.js";
import { Restore } from "./restore.js";

/**
 * @typedef {import("../../types.js").Revision} Revision
 * @typedef {import("../../types.js").ResourceChange} ResourceChange
 * @typedef {{ revisions: readonly Revision[], older: string | undefined }} Known the newest first, and the path of what comes next
 */

const PAGE = 50;

/** @param {{ params: URLSearchParams }} props */
export function History({ params }) {
  const current = useStore(overview, (state) => state.config.revision);
  const [{ revisions, older }, setKnown] = useState(/** @type {Known} */ ({ revisions: [], older: undefined }));
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const [back, setBack] = useState(/** @type {import("./restore.js").Back | undefined} */ (undefined));
  const [tries, setTries] = useState(0);
  const reading = useRef(false);
  const resource = params.get("resource") ?? "";

  useEffect(() => {
    page("/v1/revisions", { params: { page_size: PAGE, resource } }).then(
      ({ items, next }) => {
        setKnown((known) => headed(known, { revisions: items, older: next }));
        setError(undefined);
      },
      setError,
    );
  }, [current, resource, tries]);
  useAgain(error, () => setTries(tries + 1));

  async function more() {
    if (!older || reading.current) return;
    reading.current = true;
    try {
      const { items, next } = await page(older);
      setKnown((known) => (known.older === older ? { revisions: [...known.revisions, ...items], older: next } : known));
    } catch (failed) {
      setError(failed);
    } finally {
      reading.current = false;
    }
  }

  return html`
    <${Failure} error=${error} />
    ${resource && html`<p class="bar">Only of <code>${resource}</code> <a href="#/config/history">All</a></p>`}
    <div class="revisions"><${Rows} items=${revisions} keyOf=${(/** @type {Revision} */ each) => String(each.revision)} estimate=${() => 37} label="Revisions"
      draw=${(/** @type {Revision} */ each) => html`<${RevisionRow} revision=${each} back=${setBack} />`} end=${more} /></div>
    ${back && html`<${Restore} back=${back} close=${() => setBack(undefined)} />`}
  `;
}

/** What is known, behind a page of the newest: where that does not reach down to it, there is a gap, and it is read again. @param {Known} known @param {Known} newest @returns {Known} */
function headed(known, newest) {
  const last = newest.revisions.at(-1)?.revision ?? Infinity;
  if (!(last <= (known.revisions[0]?.revision ?? 0))) return newest;
  return { ...known, revisions: [...newest.revisions, ...known.revisions.filter((each) => each.revision < last)] };
}

/** @param {{ revision: Revision, back: (back: import("./restore.js").Back) => void }} props */
function RevisionRow({ revision: { revision, createTime, annotation = {}, cause, restoredRevision, changes = [] }, back }) {
  const [isOpen, turn] = useOpened(`revisions/${revision}`, false);
  const resources = changes.map((each) => each.resource);
  const why = cause === "restore" ? `restored ${restoredRevision}` : cause === "call" ? "" : cause;
  return html`
    <article class="resource" aria-label=${`Revision ${revision}`}>
      <${Line} name=${String(revision)} isOpen=${isOpen} turn=${turn} id=${`revision-${revision}`}>
        <time class="soft" datetime=${createTime} title=${moment(createTime)}>${clock(createTime, new Date())}</time>
        <span class="author">${annotation.author || html`<span class="soft">somebody</span>`}</span>
        <code class="of">${resources.slice(0, 3).join(", ")}${resources.length > 3 && `, ${resources.length - 3} more`}</code>
        <span class="grow">${annotation.message}${why && html` <span class="state idle">${why}</span>`}</span>
      <//>
      ${isOpen && html`<div class="inside" id=${`revision-${revision}`}>
        <${Difference} revision=${revision} />
        <p class="buttons">
          <button type="button" onClick=${() => back({ revision, resources: [], title: `Restore revision ${revision}` })}>Restore all as of ${revision}…</button>
          <button type="button" onClick=${() => back({ revision: revision - 1, resources, title: `Undo revision ${revision}` })}>Undo this change…</button>
        </p></div>`}
    </article>
  `;
}

/** In what a revision differs from the one before. @param {{ revision: number }} props */
function Difference({ revision }) {
  const [found, setFound] = useState(/** @type {{ configDiff?: string, changes?: ResourceChange[] } | undefined} */ (undefined));
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  function load() {
    const params = { from_revision: revision - 1, to_revision: revision };
    call("/v1/revisions:diff", { params }).then((differs) => (setFound(differs), setError(undefined)), setError);
  }
  useEffect(load, [revision]);
  useAgain(error, load);
  if (error) return html`<${Failure} error=${error} />`;
  if (!found) return html`<p class="soft">Loading…</p>`;
  return html`
    <ul class="changes">${(found.changes ?? []).map((each) => html`<li>${verb(each)} <code>${each.resource}</code></li>`)}</ul>
    ${found.configDiff ? html`<${Diff} diff=${found.configDiff} />` : html`<p class="soft">HAProxy's configuration is the same.</p>`}
  `;
}

/** @param {ResourceChange} change */
export function verb({ before, after }) {
  return !before ? "created" : !after ? "deleted" : "changed";
}
