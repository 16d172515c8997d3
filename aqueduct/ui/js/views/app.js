/** The page as a whole: its head, what is told when it is not live, and the view of where one is. */
import { followStatus } from "../following.js";
import { html, useEffect, useRef } from "../html.js";
import { usePlace } from "../router.js";
import { ActivityPage } from "./activity/page.js";
import { Cut } from "./cut.js";
import { ConfigPage, configTitle, isConfigPart } from "./config/page.js";
import { Head } from "./head.js";
import { OverviewPage } from "./overview/page.js";
import { Says } from "./says.js";
import { Upgrade } from "./upgrade.js";

const VIEWS = [
  { name: "", title: "Overview", view: OverviewPage },
  { name: "activity", title: "Activity", view: ActivityPage },
  { name: "config", title: "Configuration", view: ConfigPage },
];
const NOWHERE = { name: undefined, title: "Not found", view: NotFound };

/** The view at an address. @param {string[] | undefined} parts */
function viewAt(parts) {
  const [root = "", ...below] = parts ?? [];
  const found = parts && VIEWS.find(({ name }) => name === root);
  return !found || (below.length && found.view !== ConfigPage) || (found.view === ConfigPage && !isConfigPart(below)) ? NOWHERE : found;
}

export function App() {
  const place = usePlace();
  const { name, title, view } = viewAt(place.parts);
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const entered = useRef(false);
  useEffect(followStatus, []);
  useEffect(() => {
    const below = view === ConfigPage ? configTitle(place.parts?.slice(1) ?? []) : "";
    document.title = `${below || title} · Aqueduct`;
  }, [place.path]);
  useEffect(() => {
    if (entered.current) main.current?.focus(); // so that a screen reader begins at what is new
    entered.current = true;
  }, [name]);
  return html`
    <a class="skip" href="#main" onClick=${(/** @type {MouseEvent} */ event) => {
      event.preventDefault();
      main.current?.focus();
    }}>To the content</a>
    <${Head} views=${VIEWS} current=${name} />
    <${Cut} />
    <${Upgrade} />
    <main id="main" tabindex="-1" ref=${main} aria-label=${title}><${view} place=${place} key=${name} /></main>
    <${Says} />
  `;
}

function NotFound() {
  return html`<h2>There is no such page</h2><p><a href="#/">To the overview</a></p>`;
}
