/** The descriptions of the API's messages: asked for once they are needed, and until they are there. */
import { call } from "../api.js";
import { useEffect, useState } from "../html.js";
import { useAgain } from "./again.js";

/** @typedef {import("../state/form.js").Schemas} Schemas */

/** @type {Promise<Schemas> | undefined} */
let asked;

/** @returns {Schemas | undefined} undefined until they are there */
export function useSchemas() {
  const [schemas, setSchemas] = useState(/** @type {Schemas | undefined} */ (undefined));
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  function load() {
    asked ??= call("/openapi.json").then(({ components }) => components.schemas);
    asked.then(setSchemas, (failed) => ((asked = undefined), setError(failed)));
  }
  useEffect(load, []);
  useAgain(schemas ? undefined : error, load);
  return schemas;
}
