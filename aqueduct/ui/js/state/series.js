/** How load went over the last minutes: columns for charts, oldest first. Pure. */

/**
 * @typedef {import("../types.js").Stats} Stats
 * @typedef {import("../types.js").StatsPoint} StatsPoint
 * @typedef {(number | null)[]} Column null where it is not known
 * @typedef {{ times: number[], sessions: Column, begun: Column, requests: Column, e4xx: Column, e5xx: Column }} Series
 */

/** Seconds that are kept. */
export const WINDOW = 300;

/** @type {Series} */
export const NO_SERIES = { times: [], sessions: [], begun: [], requests: [], e4xx: [], e5xx: [] };

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
  /** @template T @param {T[]} column @param {T} value */
  const next = (column, value) => [...column.slice(first < 0 ? column.length : first), value];
  const known = (/** @type {number | undefined} */ value) => (rates ? (value ?? 0) : null);
  return {
    times: next(series.times, at),
    sessions: next(series.sessions, sessions ?? 0),
    begun: next(series.begun, known(rates?.sessions)),
    requests: next(series.requests, known(rates?.requests)),
    e4xx: next(series.e4xx, known(rates?.responses4xx)),
    e5xx: next(series.e5xx, known(rates?.responses5xx)),
  };
}

/** History, and what was seen live since. @param {Series} history @param {Series} live @returns {Series} */
export function joined(history, live) {
  const last = history.times.at(-1) ?? 0;
  const first = live.times.findIndex((time) => time > last);
  if (first < 0) return history;
  /** @param {Exclude<keyof Series, "times">} name */
  const column = (name) => [...history[name], ...live[name].slice(first)];
  return {
    times: [...history.times, ...live.times.slice(first)],
    sessions: column("sessions"),
    begun: column("begun"),
    requests: column("requests"),
    e4xx: column("e4xx"),
    e5xx: column("e5xx"),
  };
}
