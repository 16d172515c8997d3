/** How load went over the last minutes: columns for charts, oldest first. Pure. */

/**
 * @typedef {import("../types.js").Stats} Stats
 * @typedef {import("../types.js").StatsPoint} StatsPoint
 * @typedef {{ times: number[], sessions: number[], requests: number[], e4xx: number[], e5xx: number[] }} Series
 */

/** Seconds that are kept. */
export const WINDOW = 300;

/** @type {Series} */
export const NO_SERIES = { times: [], sessions: [], requests: [], e4xx: [], e5xx: [] };

/** @param {readonly StatsPoint[]} points @returns {Series} */
export function fromHistory(points) {
  return points.reduce((made, { time, sessions, rates }) => appended(made, time, sessions, rates), NO_SERIES);
}

/**
 * @param {Series} series
 * @param {string | undefined} time one that is not later than the last is left out
 * @param {number | undefined} sessions
 * @param {Stats["rates"]} rates
 * @returns {Series}
 */
export function appended(series, time, sessions, rates) {
  const at = Date.parse(time ?? "") / 1000;
  if (!(at > (series.times.at(-1) ?? 0))) return series;
  const first = series.times.findIndex((each) => each > at - WINDOW);
  /** @param {number[]} column @param {number} value */
  const next = (column, value) => [...column.slice(first < 0 ? column.length : first), value];
  return {
    times: next(series.times, at),
    sessions: next(series.sessions, sessions ?? 0),
    requests: next(series.requests, rates?.requests ?? 0),
    e4xx: next(series.e4xx, rates?.responses4xx ?? 0),
    e5xx: next(series.e5xx, rates?.responses5xx ?? 0),
  };
}

/** History, and what was seen live since. @param {Series} history @param {Series} live @returns {Series} */
export function joined(history, live) {
  const last = history.times.at(-1) ?? 0;
  const first = live.times.findIndex((time) => time > last);
  if (first < 0) return history;
  /** @param {keyof Series} name */
  const column = (name) => [...history[name], ...live[name].slice(first)];
  return {
    times: column("times"),
    sessions: column("sessions"),
    requests: column("requests"),
    e4xx: column("e4xx"),
    e5xx: column("e5xx"),
  };
}
