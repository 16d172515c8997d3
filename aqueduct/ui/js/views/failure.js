/** An error of a call, in the words of Aqueduct or HAProxy, with the fields that are named. */
import { html } from "../html.js";

/** @param {{ error: unknown, fields?: boolean }} props `fields`: whether to tell those, which a form tells where they belong */
export function Failure({ error, fields = true }) {
  if (!error) return null;
  const { message, fields: named = [] } = /** @type {import("../api.js").ApiError} */ (error);
  const listed = fields && named.length > 1;
  return html`
    <div class="failure bad" role="alert">
      ${listed
        ? html`<ul>${named.map((each) => html`<li><code>${each.field}</code>: ${each.description}</li>`)}</ul>`
        : html`<pre>${message}</pre>`}
    </div>
  `;
}
