/** Says that the page is that of an earlier Aqueduct, and offers that of now. It does not go by itself: something may be typed. */
import { html } from "../html.js";
import { useStore } from "../store.js";
import { upgraded } from "../upgrade.js";

export function Upgrade() {
  const is = useStore(upgraded, (state) => state);
  return html`
    <div role="status">
      ${is && html`<p class="banner warn"><strong>Aqueduct was upgraded.</strong> This page is that of before.
        ${" "}<button type="button" onClick=${() => location.reload()}>Reload it</button></p>`}
    </div>
  `;
}
