/** How many of how many are up, as a ring and in figures. */
import { html } from "../html.js";

const RADIUS = 9;
const ROUND = 2 * Math.PI * RADIUS;

/** @param {{ up: number, total: number, tone: string }} props */
export function Donut({ up, total, tone }) {
  const part = total ? (up / total) * ROUND : 0;
  return html`
    <span class=${`donut ${tone}`} role="img" aria-label=${`${up} of ${total} members up`}>
      <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
        <circle cx="12" cy="12" r=${RADIUS} class="rest" />
        <circle cx="12" cy="12" r=${RADIUS} class="part" stroke-dasharray=${`${part} ${ROUND}`} transform="rotate(-90 12 12)" />
      </svg>
      <span aria-hidden="true">${up}/${total}</span>
    </span>
  `;
}
