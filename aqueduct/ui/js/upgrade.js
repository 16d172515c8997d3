/** Whether Aqueduct serves another page than this one by now: it was upgraded under a page that stayed open. */
import { open } from "./api.js";
import { createStore } from "./store.js";

export const upgraded = createStore((/** @type {boolean} */ _, /** @type {boolean} */ now) => now, false);

const DIGEST = /<meta name="page-digest" content="(\w+)">/;
const mine = document.querySelector("meta[name=page-digest]")?.getAttribute("content");

/** Looks, once Aqueduct is reached again. */
export async function lookForUpgrade() {
  const text = await open("/", { headers: { Accept: "text/html" } }).then((response) => response.text(), () => "");
  const [, served] = DIGEST.exec(text) ?? [];
  if (served) upgraded.dispatch(served !== mine);
}
