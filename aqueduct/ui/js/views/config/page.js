/** The configuration: as it runs, how it came to be, and how to change it. */
import { followConfig } from "../../following.js";
import { html, useEffect } from "../../html.js";
import { Editor } from "./editor.js";
import { History } from "./history.js";
import { Running } from "./running.js";

const PARTS = { "": "Running", history: "History", edit: "Edit" };

/** Whether there is something at these parts of the address. @param {string[]} parts below `config` */
export function isConfigPart([part = "", kind, ...rest]) {
  return part === "edit" ? (kind === undefined || kind === "frontends" || kind === "backends") && rest.length < 2 : part in PARTS && !kind;
}

/** What is there, in words. @param {string[]} parts below `config` */
export function configTitle([part = "", kind, key]) {
  if (!kind) return part && PARTS[/** @type {keyof typeof PARTS} */ (part)];
  return key === undefined ? `New ${kind.slice(0, -1)}` : `Edit ${kind}/${key}`;
}

/** @param {{ place: import("../../router.js").Place }} props */
export function ConfigPage({ place }) {
  useEffect(followConfig, []);
  const [, part = "", ...rest] = place.parts ?? [];
  return html`
    <nav class="parts" aria-label="Parts of the configuration">
      ${Object.entries(PARTS).map(
        ([name, title]) =>
          html`<a href=${`#/config${name && `/${name}`}`} aria-current=${name === part ? "page" : undefined}>${title}</a>`,
      )}
    </nav>
    ${part === "history" ? html`<${History} params=${place.params} />` : part === "edit" ? html`<${Editor} place=${rest} />` : html`<${Running} />`}
  `;
}
