/** Says that what the page shows is not live, and since when, for as long as that is so. */
import { clock } from "../format.js";
import { html } from "../html.js";
import { whole } from "../state/links.js";
import { useStore } from "../store.js";
import { links } from "../stores.js";

export function Cut() {
  const { link, error, since } = whole(useStore(links, (state) => state));
  document.body.classList.toggle("stale", link === "cut");
  return html`
    <div role="alert">
      ${link === "cut" &&
      html`<p class="banner bad">
        <strong>Not live.</strong> What you see is as of ${clock(new Date(since).toISOString(), new Date())}: ${error}.
        It comes back by itself.
      </p>`}
    </div>
  `;
}
