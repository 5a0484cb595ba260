import { wordsIn } from "../../words/index.ts";
import { hidden, secrets } from "../fields.ts";
import { type Html, html } from "../html.ts";
import { tellMoment } from "../tell.ts";
import type { ViewFacts } from "../view.ts";

export function stopPart(facts: ViewFacts): Html {
  const { store, guard, line, language } = facts;
  const words = wordsIn(language);
  const { pairing } = store.home;
  const firm = pairing?.firm.name ?? "";
  const { stoppedAt, stoppedBy } = guard.policy();
  if (stoppedAt !== null) {
    return html`
      <div class="status" data-state="stopped" role="status">
        <p>${words.state[stoppedBy === "switch" ? "stoppedBySwitch" : "stopped"](tellMoment(stoppedAt, language))}</p>
        <p class="quiet">${words.state.stoppedMeans}</p>
      </div>
      ${guard.isSwitchOn === false ? html`<p class="sheet">${words.again.bySwitch}</p>` : allowAgain(facts)}`;
  }
  const { working } = guard;
  const since = line.since === null ? null : tellMoment(line.since, language);
  const away = since === null ? words.state.neverConnected(firm) : words.state.away(firm, since);
  return html`
    <div class="status" data-state="${working === null ? (line.isConnected ? "well" : "away") : "working"}" role="status">
      <p>${
        working === null
          ? words.state.nobodyWorks
          : words.state.works(working.technician, firm, tellMoment(working.since, language))
      }</p>
      ${working === null || working.why === "" ? "" : html`<p class="quiet">${words.question.firmSays} <q>${working.why}</q></p>`}
      <p class="quiet">${line.isConnected ? words.state.connected(firm) : away}</p>
    </div>
    <form method="post" action="stop" class="stop">
      ${hidden(facts)}
      <button class="stop">${words.stop.button}</button>
      <p class="quiet">${words.stop.means}</p>
    </form>`;
}

function allowAgain(facts: ViewFacts): Html {
  const { again } = wordsIn(facts.language);
  return html`
    <form method="post" action="allow-again" class="sheet">
      <h2>${again.title}</h2>
      <p>${again.means}</p>
      ${secrets(facts, "again")}
      <button>${again.button}</button>
    </form>`;
}
