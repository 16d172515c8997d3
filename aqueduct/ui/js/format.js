/** Figures and times as people read them: in their language, and in their zone. Pure. */

const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** @param {number | undefined} value */
export function count(value) {
  return WHOLE.format(value ?? 0);
}

/** What happens each second: with a tenth where it is little. @param {number | undefined} value */
export function rate(value) {
  const known = value ?? 0;
  return known && Math.abs(known) < 10 ? TENTHS.format(known) : WHOLE.format(known);
}

/** A day and a time, with the zone. @param {string | undefined} time */
export function moment(time) {
  return time ? EXACT.format(new Date(time)) : "";
}

/** The zone of all times, such as `Europe/Berlin`. */
export function zone() {
  return EXACT.resolvedOptions().timeZone;
}

/** A time of the day; with the day where that is not today. @param {string | undefined} time @param {Date} now */
export function clock(time, now) {
  if (!time) return "";
  const at = new Date(time);
  return at.toDateString() === now.toDateString() ? CLOCK.format(at) : MOMENT.format(at);
}

/** How long ago. @param {string | undefined} time @param {number} now in milliseconds */
export function since(time, now) {
  return time ? span(Math.max(0, (now - Date.parse(time)) / 1000)) : "";
}

/** So many seconds, by the largest unit. @param {number} seconds */
export function span(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A duration of the API, such as `0.0123s`. @param {string | undefined} duration */
export function duration(duration) {
  const seconds = Number.parseFloat(duration ?? "0");
  return seconds < 1 ? `${rate(seconds * 1000)} ms` : `${TENTHS.format(seconds)} s`;
}

/** So many of something. @param {number} number @param {string} one @param {string} [many] */
export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}
