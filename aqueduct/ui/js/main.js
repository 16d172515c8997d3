/** Starts the page. */
import { html, render } from "./html.js";
import { App } from "./views/app.js";

const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(html`<${App} />`, root);
}
