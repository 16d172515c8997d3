/** What an answer has to match, as clients/conformance/README.md says. */
import type { Document } from "./served.js";

/** Stands for what is not there. */
const NOTHING = Symbol("nothing");

/** Puts variables in place of their names, in all strings but the keys of maps. */
export function filled(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") {
    return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const found = variables[name];
      if (found === undefined) {
        throw new Error(`there is no variable ${name}`);
      }
      return found;
    });
  }
  if (Array.isArray(value)) {
    return value.map((each) => filled(each, variables));
  }
  if (isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, variables)]));
  }
  return value;
}

/** Returns what stands at a path such as `changes.0.revision`, as a text. */
export function at(path: string, answer: unknown): string {
  let found = answer;
  for (const part of path.split(".")) {
    found = Array.isArray(found) ? found[Number(part)] : isMap(found) ? found[part] : undefined;
  }
  if (found === undefined) {
    throw new Error(`there is no ${path} in ${JSON.stringify(answer)}`);
  }
  return String(found);
}

/** Returns where and how `found` does not match; an empty text where it does. */
export function mismatch(expected: unknown, found: unknown, where = "answer"): string {
  const wrong = `${where} is ${spelled(found)}, not ${spelled(expected)}`;
  if (expected === null) {
    return found === NOTHING ? "" : `${where} is there: ${spelled(found)}`;
  }
  if (isMap(expected)) {
    const operator = Object.keys(expected).find((key) => key.startsWith("$"));
    if (operator !== undefined) {
      return found !== NOTHING && holds(operator, expected[operator], found) ? "" : wrong;
    }
    return isMap(found) ? first(Object.entries(expected), ([key, want]) => ofKey(key, want, found, where)) : wrong;
  }
  if (Array.isArray(expected)) {
    return Array.isArray(found) && found.length === expected.length
      ? first([...expected.entries()], ([n, want]) => mismatch(want, found[n], `${where}[${n}]`))
      : wrong;
  }
  const isSame = !isMap(found) && !Array.isArray(found) && found !== NOTHING && String(found) === String(expected);
  return isSame ? "" : wrong;
}

/** Tells whether a value is a JSON object. */
export function isMap(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ofKey(key: string, want: unknown, found: Document, where: string): string {
  return mismatch(want, Object.hasOwn(found, key) ? found[key] : NOTHING, `${where}.${key}`);
}

function first<Each>(all: readonly Each[], wrong: (each: Each) => string): string {
  for (const each of all) {
    const said = wrong(each);
    if (said !== "") {
      return said;
    }
  }
  return "";
}

function holds(operator: string, wanted: unknown, found: unknown): boolean {
  switch (operator) {
    case "$any":
      return true;
    case "$contains":
      return typeof found === "string" && found.includes(String(wanted));
    case "$has":
      return (
        Array.isArray(wanted) &&
        Array.isArray(found) &&
        wanted.every((want) => found.some((each) => mismatch(want, each) === ""))
      );
    case "$size":
      return (Array.isArray(found) ? found.length : isMap(found) ? Object.keys(found).length : -1) === Number(wanted);
    case "$above":
      return /^-?\d+$/.test(String(found)) && BigInt(String(found)) > BigInt(String(wanted));
    case "$not":
      return mismatch(wanted, found) !== "";
    default:
      throw new Error(`there is no ${operator}`);
  }
}

function spelled(value: unknown): string {
  return value === NOTHING ? "not there" : JSON.stringify(value);
}
