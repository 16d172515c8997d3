/** The words of a line of HAProxy's configuration, by what they are. Pure. */

/** @typedef {{ kind: "section" | "keyword" | "name" | "string" | "number" | "comment" | "plain", text: string }} Token */

const SECTIONS = new Set([
  ..."global defaults frontend backend listen peers resolvers userlist mailers cache program ring".split(" "),
  ..."http-errors fcgi-app crt-store log-forward".split(" "),
]);
const NAMED = new Set("server server-template acl use_backend default_backend use-server".split(" "));
const WORD = /"(?:[^"\\]|\\.)*"|'[^']*'|#.*|\s+|(?:[^\s"'#\\]|\\.)+|./gy;
const NUMBER = /^\d+(?:us|ms|s|m|h|d|k|M|G)?$/;

/** @param {string} line @returns {Token[]} whose texts make up the line */
export function tokens(line) {
  /** @type {Token[]} */
  const found = [];
  let words = 0;
  let first = "";
  for (const [text] of line.matchAll(WORD)) {
    const kind = kindOf(text, words, first);
    if (kind !== "plain" || text.trim()) {
      first ||= text;
      words += kind === "comment" ? 0 : 1;
    }
    const last = found.at(-1);
    if (last?.kind === kind) last.text += text;
    else found.push({ kind, text });
  }
  return found;
}

/** @param {string} text @param {number} position among the words @param {string} first word @returns {Token["kind"]} */
function kindOf(text, position, first) {
  if (!text.trim()) return "plain";
  if (text.startsWith("#")) return "comment";
  if (position === 0) return SECTIONS.has(text) ? "section" : "keyword";
  if (/^["']/.test(text)) return "string";
  if (position === 1 && (SECTIONS.has(first) || NAMED.has(first))) return "name";
  return NUMBER.test(text) ? "number" : "plain";
}
