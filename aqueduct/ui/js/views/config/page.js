/** The configuration: as it runs, how it came to be, and how to change it. */
import { followConfig } from "../../following.js";
import { html, useEffect } from "../../html.js";
import { Editor } from "./editor.js";
import { History } from "./history.js";
import { Running } from "./running.js";

const PARTS = { "": "Running", history: "History", edit: "Edit" };

/** @param {{ place: import("../../router.js").Place }} props */
export function ConfigPage({ place }) {
  useEffect(followConfig, []);
  const [, , part = "", ...rest] = place.path.split("/");
  return html`
    <nav class="parts" aria-label="Parts of the configuration">
      ${Object.entries(PARTS).map(
        ([name, title]) =>
          html`<a href=${`#/config${name && `/${name}`}`} aria-current=${name === part ? "page" : undefined}>${title}</a>`,
      )}
    </nav>
    ${part === "history" ? html`<${History} params=${place.params} />` : part === "edit" ? html`<${Editor} place=${rest.map(decodeURIComponent)} />` : html`<${Running} />`}
  `;
}
