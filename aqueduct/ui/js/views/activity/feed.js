/** The feed of events, the newest first. */
import { page } from "../../api.js";
import { clock, moment } from "../../format.js";
import { html, useEffect, useMemo, useRef, useState } from "../../html.js";
import { NO_FEED, gravity, isOfAnother, readBack, told } from "../../state/activity.js";
import { telling } from "../../stores.js";
import { watch } from "../../streams.js";
import { useAgain } from "../again.js";
import { Failure } from "../failure.js";
import { Rows } from "../rows.js";

/** @typedef {import("../../types.js").Event} Event */

const PAGE = 100;

/** What the API is asked by. @param {import("./filters.js").Filter} filter */
function asked({ text, verbs, resource, from, to, last }) {
  const begin = last ? new Date(Date.now() - Number(last) * 1000).toISOString() : from && new Date(from).toISOString();
  return { text, verbs, from: begin, to: to && new Date(to).toISOString(), resources: resource ? [resource] : [] };
}

/** @param {{ filter: import("./filters.js").Filter }} props another filter is another feed */
export function Feed({ filter }) {
  const wanted = useMemo(() => asked(filter), []);
  const [feed, setFeed] = useState(NO_FEED);
  const [older, setOlder] = useState(/** @type {string | undefined} */ (undefined));
  const [isLoaded, setLoaded] = useState(false);
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const [beginnings, setBeginnings] = useState(0);
  const turn = useRef(0); // what was read for an earlier beginning counts no more
  const reading = useRef(false);
  const known = useRef(feed);
  known.current = feed;
  const { verbs, resources, text, from, to } = wanted;
  const params = { page_size: PAGE, verbs, resources, text, start_time: from, end_time: to };
  const begin = () => setBeginnings((number) => number + 1);

  /** @param {string} path @param {Parameters<typeof page>[1]} [options] */
  async function read(path, options) {
    if (reading.current) return;
    const mine = turn.current;
    reading.current = true;
    try {
      const { items, next } = await page(path, options);
      if (mine !== turn.current) return;
      setFeed((now) => readBack(now, items));
      setOlder(next);
      setError(undefined);
      return items;
    } catch (failed) {
      if (mine === turn.current) setError(failed);
    } finally {
      if (mine === turn.current) reading.current = false;
    }
  }

  /** Looks whether it is the same data directory that came back. */
  async function compare() {
    const { items } = await page("/v1/activity", { params }).catch(() => ({ items: undefined }));
    if (items && isOfAnother(known.current, items)) begin();
  }

  useEffect(() => {
    let stop = () => {};
    const mine = ++turn.current;
    reading.current = false;
    setFeed(NO_FEED);
    read("/v1/activity", { params }).then((items) => {
      if (!items || mine !== turn.current) return;
      setLoaded(true);
      const take = (/** @type {any} */ message) => setFeed((now) => told(now, message, wanted));
      if (!to) stop = follow(wanted, items[0]?.id, { take, begin, compare });
    });
    return () => (turn.current++, stop());
  }, [beginnings]);
  useAgain(error, () => (isLoaded && older ? read(older) : begin()));

  return html`
    <${Failure} error=${error} />
    ${feed.missed > 0 && html`<p class="banner warn">${feed.missed} events were missed: there were too many.</p>`}
    ${isLoaded && !feed.events.length && !error && html`<p class="soft" role="status">Nothing happened that fits.</p>`}
    <div class="feed"><${Rows} items=${feed.events} keyOf=${(/** @type {Event} */ { id }) => String(id)} estimate=${() => 30} label="Activity"
      draw=${(/** @type {Event} */ each) => html`<${EventRow} event=${each} />`} end=${() => older && read(older)} /></div>
    ${isLoaded && !older && feed.events.length > 0 && html`<p class="soft end">That is all that is kept.</p>`}
  `;
}

/**
 * @param {ReturnType<typeof asked>} wanted @param {number | undefined} newest
 * @param {{ take: (message: import("../../types.js").ActivityWatchResponse) => void, begin: () => void, compare: () => void }} told
 *   `begin`: the server has no such event; `compare`: the stream is back
 * @returns {() => void} stops
 */
function follow({ verbs, resources }, newest, { take, begin, compare }) {
  const link = telling("activity");
  let after = newest;
  let wasCut = false;
  const stop = watch({
    path() {
      const params = new URLSearchParams([...verbs.map((each) => ["verbs", each]), ...resources.map((each) => ["resources", each])]);
      if (after !== undefined) params.set("after_id", String(after));
      return `/v1/activity:watch?${params}`;
    },
    message(message) {
      after = message.lastId ?? after;
      take(message);
    },
    link(state, error) {
      if (state === "live" && wasCut) compare();
      wasCut = state === "cut";
      link(state, error);
    },
    refused(error) {
      if (error.status === 400) begin(); // the events of another data directory
    },
  });
  return () => (stop(), link());
}

/** @param {{ event: Event }} props */
function EventRow({ event: { time, verb, resource, member, message } }) {
  return html`
    <article class="event">
      <time datetime=${time} title=${moment(time)}>${clock(time, new Date())}</time>
      <span class=${`state ${gravity(verb)}`}>${verb}</span>
      <code class="of">${resource}${member && ` ${member}`}</code>
      <span class="message">${message}</span>
    </article>
  `;
}
