/** A small chart of the last minutes. What it shows is also said in words beside it, for those who do not see it. */
import uPlot from "../../vendor/uplot.js";
import { call } from "../api.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { NO_SERIES, WINDOW, appended, fromHistory, joined } from "../state/series.js";
import { overview } from "../stores.js";

/**
 * @typedef {import("../state/series.js").Series} Series
 * @typedef {{ column: keyof Series, colour: string }} Line `colour`: a custom property of the page's style
 */

const HEIGHT = 60;
const SHORTEST = 60; // seconds, while there is no more to show

/** How something went, live. @param {"frontend" | "backend"} kind @param {string} key @returns {Series} */
export function useSeries(kind, key) {
  const [series, setSeries] = useState(NO_SERIES);
  useEffect(() => {
    const asked = new AbortController();
    const params = { kinds: kind, keys: key, window: `${WINDOW}s` };
    call("/v1/stats:history", { params, signal: asked.signal }).then(
      ({ histories }) => setSeries((live) => joined(fromHistory(histories?.[0]?.points ?? []), live)),
      () => {}, // it begins now, then
    );
    const stop = overview.follow(() => {
      const { time, [/** @type {"frontends"} */ (`${kind}s`)]: all } = overview.get().stats;
      const stats = all.get(key);
      setSeries((live) => appended(live, time, stats?.sessions?.current, stats?.rates));
    });
    return () => (asked.abort(), stop());
  }, [kind, key]);
  return series;
}

/** @param {{ series: Series, lines: Line[], label: string, value: string }} props */
export function Chart({ series, lines, label, value }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {uPlot | undefined} */ (undefined));
  const theme = useTheme();

  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = (plot.current = new uPlot(options(element, lines), columns(series, lines), element));
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    sized.observe(element);
    return () => (sized.disconnect(), made.destroy());
  }, [theme]);
  useLayoutEffect(() => plot.current?.setData(columns(series, lines)), [series]);

  return html`
    <figure class="chart">
      <figcaption><span class="soft">${label}</span> <b>${value}</b></figcaption>
      <div class="plot" ref=${place} aria-hidden="true"></div>
    </figure>
  `;
}

/** @param {Series} series @param {Line[]} lines @returns {any} */
function columns(series, lines) {
  return [series.times, ...lines.map((line) => series[line.column])];
}

/** @param {HTMLElement} element @param {Line[]} lines @returns {any} */
function options(element, lines) {
  const style = getComputedStyle(element);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    width: element.clientWidth || 200,
    height: HEIGHT,
    padding: [7, 1, 7, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (/** @type {uPlot} */ _, /** @type {number} */ first, /** @type {number} */ last) => [Math.max(last - WINDOW, Math.min(first, last - SHORTEST)), last] },
      y: { range: (/** @type {uPlot} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, Math.max(1, most * 1.1)] },
    },
    axes: [{ show: false }, { size: 34, font: "10px system-ui", stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false }, splits: (/** @type {uPlot} */ u) => [0, u.scales.y.max ?? 1],
      values: (/** @type {uPlot} */ _, /** @type {number[]} */ splits) => splits.map((each) => (each < 10 ? Math.round(each * 10) / 10 : Math.round(each))) }],
    series: [{}, ...lines.map((line) => ({ stroke: colour(line.colour), width: 1.5, spanGaps: true, points: { show: false }, fill: lines.length === 1 ? faint(colour(line.colour)) : undefined }))],
  };
}

/** A colour for what lies under a line; none where the system chooses colours by name. @param {string} colour */
function faint(colour) {
  return colour.startsWith("#") ? `${colour}22` : undefined;
}

const THEMES = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];

/** Tells when the theme is another, since a canvas does not follow the style. */
function useTheme() {
  const now = () => THEMES.filter((each) => matchMedia(each).matches).join();
  const [theme, setTheme] = useState(now);
  useEffect(() => {
    const queries = THEMES.map((each) => matchMedia(each));
    const follow = () => setTheme(now());
    for (const each of queries) each.addEventListener("change", follow);
    return () => queries.forEach((each) => each.removeEventListener("change", follow));
  }, []);
  return theme;
}
