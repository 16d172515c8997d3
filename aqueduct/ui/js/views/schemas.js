/** The descriptions of the API's messages: asked for once. */
import { call } from "../api.js";
import { useEffect, useState } from "../html.js";

/** @type {Promise<import("../state/form.js").Schemas> | undefined} */
let asked;

/** @returns {import("../state/form.js").Schemas | undefined} undefined until they are there */
export function useSchemas() {
  const [schemas, setSchemas] = useState(/** @type {import("../state/form.js").Schemas | undefined} */ (undefined));
  useEffect(() => {
    asked ??= call("/openapi.json").then(({ components }) => components.schemas);
    asked.then(setSchemas, () => (asked = undefined));
  }, []);
  return schemas;
}
