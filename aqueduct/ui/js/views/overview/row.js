/** What rows of frontends and backends share: a line that can be opened. */
import { html, useState } from "../../html.js";

/** Rows that were opened or closed, kept while they are not drawn. @type {Map<string, boolean>} */
const opened = new Map();

/** Whether a row is open, and how to turn that. @param {string} name @param {boolean} byDefault @returns {[boolean, () => void]} */
export function useOpened(name, byDefault) {
  const [, draw] = useState({});
  const isOpen = opened.get(name) ?? byDefault;
  return [isOpen, () => (opened.set(name, !isOpen), draw({}))];
}

/** @param {{ name: string, isOpen: boolean, turn: () => void, id: string, children?: any }} props */
export function Line({ name, isOpen, turn, id, children }) {
  return html`
    <div class="line">
      <button type="button" class="turn" aria-expanded=${isOpen} aria-controls=${isOpen ? id : undefined} onClick=${turn}>
        <span class="mark" aria-hidden="true">${isOpen ? "▾" : "▸"}</span>${name}</button>
      ${children}
    </div>
  `;
}

/** A figure and what it counts. @param {{ value: string, unit: string, tone?: string }} props */
export function Figure({ value, unit, tone = "" }) {
  return html`<span class=${`figure ${tone}`}><b>${value}</b> <span class="soft">${unit}</span></span>`;
}
