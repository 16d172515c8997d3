/** A dialog over the page: the browser keeps the focus in it, and Escape closes it. */
import { html, useLayoutEffect, useRef } from "../html.js";

/** @param {{ title: string, close: () => void, children?: any, wide?: boolean }} props */
export function Dialog({ title, close, children, wide }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      (before?.isConnected ? before : document.getElementById("main"))?.focus(); // its row may be drawn no more
    };
  }, []);
  return html`
    <dialog ref=${dialog} class=${wide ? "wide" : ""} aria-labelledby="dialog-title" onCancel=${(/** @type {any} */ event) => {
      event.preventDefault();
      close();
    }}>
      <header><h2 id="dialog-title">${title}</h2>
        <button type="button" class="quiet" onClick=${close} aria-label="Close">✕</button></header>
      ${children}
    </dialog>
  `;
}
