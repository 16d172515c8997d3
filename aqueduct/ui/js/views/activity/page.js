/** What happened: live, and back as far as it is kept. */
import { html } from "../../html.js";
import { Feed } from "./feed.js";
import { Filters, filterOf } from "./filters.js";

/** @param {{ place: import("../../router.js").Place }} props */
export function ActivityPage({ place }) {
  const filter = filterOf(place.params);
  return html`
    <${Filters} filter=${filter} />
    <${Feed} key=${JSON.stringify(filter)} filter=${filter} />
  `;
}
