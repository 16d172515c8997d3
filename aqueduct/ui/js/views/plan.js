/** What a change would do: by which means, the commands, and the difference in HAProxy's configuration. */
import { counted } from "../format.js";
import { html, useMemo } from "../html.js";
import { diffLines } from "../state/diff.js";

/** @type {Record<string, { word: string, tone: string }>} */
const MEANS = {
  nothing: { word: "Nothing changes in HAProxy", tone: "idle" },
  runtime: { word: "Live, without a reload", tone: "ok" },
  reload: { word: "By a hitless reload", tone: "warn" },
  start: { word: "By a start of HAProxy", tone: "warn" },
};

/** @param {{ plan: import("../types.js").Plan | undefined }} props */
export function PlanView({ plan }) {
  const { word, tone } = MEANS[plan?.kind ?? "nothing"] ?? MEANS.nothing;
  const commands = plan?.commands ?? [];
  return html`
    <div class="plan">
      <p class=${`state ${tone}`}>${word}${plan?.reason && `: ${plan.reason}`}</p>
      ${commands.length > 0 &&
      html`<details><summary>${counted(commands.length, "command")} of the Runtime API</summary>
        <pre tabindex="0" role="region" aria-label="Commands">${commands.join("\n")}</pre></details>`}
      ${plan?.configDiff && html`<${Diff} diff=${plan.configDiff} />`}
    </div>
  `;
}

/** A unified diff. @param {{ diff: string }} props */
export function Diff({ diff }) {
  const lines = useMemo(() => diffLines(diff), [diff]);
  return html`
    <pre class="diff" tabindex="0" role="region" aria-label="Difference in HAProxy's configuration">${lines.map(
      ({ kind, text }) => html`<span class=${kind}>${text}${"\n"}</span>`,
    )}</pre>
  `;
}
