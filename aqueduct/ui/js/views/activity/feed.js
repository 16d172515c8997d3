/** The feed of events, the newest first. */
import { page } from "../../api.js";
import { clock, moment } from "../../format.js";
import { html, useEffect, useMemo, useRef, useState } from "../../html.js";
import { NO_FEED, gravity, readBack, told } from "../../state/activity.js";
import { telling } from "../../stores.js";
import { watch } from "../../streams.js";
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
  const reading = useRef(false);

  /** @param {string} path @param {Parameters<typeof page>[1]} [options] */
  async function read(path, options) {
    if (reading.current) return;
    reading.current = true;
    try {
      const { items, next } = await page(path, options);
      setFeed((now) => readBack(now, items));
      setOlder(next);
      setError(undefined);
      return items;
    } catch (failed) {
      setError(failed);
    } finally {
      reading.current = false;
    }
  }

  useEffect(() => {
    let stop = () => {};
    let left = false;
    const { verbs, resources, text, from, to } = wanted;
    const params = { page_size: PAGE, verbs, resources, text, start_time: from, end_time: to };
    read("/v1/activity", { params }).then((items) => {
      setLoaded(true);
      if (!left && !to) stop = follow(wanted, items?.[0]?.id, (message) => setFeed((now) => told(now, message, wanted)));
    });
    return () => ((left = true), stop());
  }, []);

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
 * @param {(message: import("../../types.js").ActivityWatchResponse) => void} take @returns {() => void} stops
 */
function follow({ verbs, resources }, newest, take) {
  const link = telling("activity");
  let after = newest;
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
    link,
    refused(error) {
      if (error.status === 400) after = undefined; // the events of another data directory
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
