/** Who makes a change, and why: kept in the history. The name is remembered by the browser. */
import { html, useState } from "../html.js";

const NAME = "aqueduct.author";

/** What the browser remembers, where it lets us. */
const memory = {
  get() {
    try {
      return localStorage.getItem(NAME) ?? "";
    } catch {
      return "";
    }
  },
  /** @param {string} author */
  set(author) {
    try {
      localStorage.setItem(NAME, author);
    } catch {
      // it is asked for again, then
    }
  },
};

/** @returns {{ author: string, message: string, set: (change: { author?: string, message?: string }) => void }} */
export function useAnnotation() {
  const [value, setValue] = useState({ author: memory.get(), message: "" });
  return {
    ...value,
    set(change) {
      if (change.author !== undefined) memory.set(change.author);
      setValue((now) => ({ ...now, ...change }));
    },
  };
}

/** As parameters of a call. @param {{ author: string, message: string }} annotation */
export function annotated({ author, message }) {
  return { "annotation.author": author || undefined, "annotation.message": message || undefined };
}

/** @param {{ annotation: ReturnType<typeof useAnnotation> }} props */
export function AnnotationFields({ annotation }) {
  /** @param {"author" | "message"} name */
  const typed = (name) => (/** @type {any} */ event) => annotation.set({ [name]: event.target.value });
  return html`
    <div class="annotation">
      <label>Your name <input name="author" maxlength="256" autocomplete="name" value=${annotation.author} onInput=${typed("author")} /></label>
      <label class="grow">Why <input name="message" maxlength="4096" value=${annotation.message} onInput=${typed("message")} /></label>
    </div>
  `;
}
