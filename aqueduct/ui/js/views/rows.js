/**
 * A list of rows of any number and any height, of which only those near the window are drawn.
 *
 * Rows tell their heights once they are drawn. The one that has the focus stays drawn. What one reads stays in its place,
 * whatever comes above it (`overflow-anchor` of browsers does not hold over rows that are not drawn).
 */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { visible } from "../state/rows.js";

const BEYOND = 400;

/** @typedef {{ key: string, y: number, scroll: number }} Anchor the first row to be seen, and where it was */

/**
 * @template T
 * @param {{
 *   items: readonly T[], keyOf: (item: T) => string, draw: (item: T) => any, estimate: (item: T) => number, label: string,
 *   end?: () => void,
 * }} props `estimate`: pixels of a row that was not drawn yet; `end` is told when the last one is near
 */
export function Rows({ items, keyOf, draw, estimate, label, end }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const heights = useRef(/** @type {Map<string, number>} */ (new Map()));
  const scale = useRef(1); // of estimates, by what was measured: fonts differ
  const anchor = useRef(/** @type {Anchor | undefined} */ (undefined));
  const [, redraw] = useState({});
  const observer = useRef(/** @type {ResizeObserver | undefined} */ (undefined));
  observer.current ??= new ResizeObserver((entries) => {
    if (measured(entries, heights.current)) redraw({});
  });

  useEffect(() => {
    let asked = 0;
    const moved = () => {
      asked ||= requestAnimationFrame(() => ((asked = 0), redraw({})));
    };
    addEventListener("scroll", moved, { passive: true });
    addEventListener("resize", moved);
    moved();
    return () => {
      cancelAnimationFrame(asked);
      removeEventListener("scroll", moved);
      removeEventListener("resize", moved);
      observer.current?.disconnect();
    };
  }, []);

  const top = -(list.current?.getBoundingClientRect().top ?? 0);
  const all = items.map((item) => heights.current.get(keyOf(item)) ?? estimate(item) * scale.current);
  const { first, last, before, after } = visible(all, top, innerHeight, BEYOND);
  scale.current = typical(items.slice(first, last), (item) => (heights.current.get(keyOf(item)) ?? NaN) / estimate(item)) ?? scale.current;
  const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest(".row[data-key]"))?.dataset.key;
  const kept = focused === undefined ? -1 : items.findIndex((item) => keyOf(item) === focused);
  useLayoutEffect(() => {
    if (list.current) anchor.current = held(list.current, anchor.current);
  });
  useLayoutEffect(() => {
    if (last >= items.length && items.length) end?.();
  }, [last, items]);

  /** @param {number} index @param {boolean} [hidden] */
  const row = (index, hidden = false) => html`
    <div key=${keyOf(items[index])} class=${hidden ? "row away" : "row"} data-key=${keyOf(items[index])} role="listitem"
      aria-setsize=${items.length} aria-posinset=${index + 1} ref=${(/** @type {Element | null} */ element) => {
        if (element) observer.current?.observe(element);
      }}>${draw(items[index])}</div>
  `;
  const drawn = [];
  if (kept >= 0 && kept < first) drawn.push(row(kept, true));
  for (let index = first; index < last; index++) drawn.push(row(index));
  if (kept >= last) drawn.push(row(kept, true));
  return html`
    <div class="rows" ref=${list} role="list" aria-label=${label}>
      <div key=" before" style=${{ height: `${before}px` }} role="presentation"></div>
      ${drawn}
      <div key=" after" style=${{ height: `${after}px` }} role="presentation"></div>
    </div>
  `;
}

/** Scrolls so that the first row that was seen is where it was; returns that of now. @param {HTMLElement} list @param {Anchor | undefined} before @returns {Anchor | undefined} none above which there is no row */
function held(list, before) {
  if (list.getBoundingClientRect().top >= 0) return undefined;
  const rows = /** @type {HTMLElement[]} */ ([...list.children]).filter((row) => row.dataset.key && !row.classList.contains("away"));
  const known = before && rows.find((row) => row.dataset.key === before.key);
  if (known) {
    const moved = known.getBoundingClientRect().top - before.y + scrollY - before.scroll;
    if (Math.abs(moved) > 0.5) scrollBy(0, moved);
  }
  const first = rows.find((row) => row.getBoundingClientRect().bottom > 0);
  return first && { key: first.dataset.key ?? "", y: first.getBoundingClientRect().top, scroll: scrollY };
}

/** The median of what is known. @template T @param {readonly T[]} items @param {(item: T) => number} value NaN where it is not known */
function typical(items, value) {
  const known = items.map(value).filter((each) => each > 0).sort((one, other) => one - other);
  return known.length ? known[known.length >> 1] : undefined;
}

/** @param {ResizeObserverEntry[]} entries @param {Map<string, number>} heights @returns {boolean} whether any is another */
function measured(entries, heights) {
  let changed = false;
  for (const { target } of entries) {
    const { key } = /** @type {HTMLElement} */ (target).dataset;
    const height = target.getBoundingClientRect().height;
    if (!key || !height || !target.isConnected || target.classList.contains("away")) continue;
    changed ||= Math.abs((heights.get(key) ?? 0) - height) > 0.5;
    heights.set(key, height);
  }
  return changed;
}
