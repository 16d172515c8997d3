/** The page as a whole: its head, what is told when it is not live, and the view of where one is. */
import { followStatus } from "../following.js";
import { html, useEffect, useRef } from "../html.js";
import { usePlace } from "../router.js";
import { ActivityPage } from "./activity/page.js";
import { Cut } from "./cut.js";
import { ConfigPage } from "./config/page.js";
import { Head } from "./head.js";
import { OverviewPage } from "./overview/page.js";
import { Says } from "./says.js";

/** @type {Record<string, { title: string, view: any }>} */
export const VIEWS = {
  "/": { title: "Overview", view: OverviewPage },
  "/activity": { title: "Activity", view: ActivityPage },
  "/config": { title: "Configuration", view: ConfigPage },
};

export function App() {
  const place = usePlace();
  const root = `/${place.path.split("/")[1]}`;
  const { title, view } = VIEWS[root] ?? VIEWS["/"];
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const entered = useRef(false);
  useEffect(followStatus, []);
  useEffect(() => {
    document.title = `${title} · Aqueduct`;
    if (entered.current) main.current?.focus(); // so that a screen reader begins at what is new
    entered.current = true;
  }, [root]);
  return html`
    <a class="skip" href="#main" onClick=${(/** @type {MouseEvent} */ event) => {
      event.preventDefault();
      main.current?.focus();
    }}>To the content</a>
    <${Head} views=${VIEWS} root=${root} />
    <${Cut} />
    <main id="main" tabindex="-1" ref=${main} aria-label=${title}><${view} place=${place} key=${root} /></main>
    <${Says} />
  `;
}
