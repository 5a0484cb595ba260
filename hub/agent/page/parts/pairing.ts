import { wordsIn } from "../../words/index.ts";
import { hidden } from "../fields.ts";
import { type Html, html } from "../html.ts";
import type { ViewFacts } from "../view.ts";
import { levels } from "./fields.ts";

export function pairingForm(facts: ViewFacts): Html {
  const { pairing } = wordsIn(facts.language);
  return html`
    <form method="post" action="pair" class="sheet question">
      <h2 class="large">${pairing.title}</h2>
      <p>${pairing.intro}</p>
      <label>${pairing.hub}<input name="hub" value="${facts.typed.hub}" required maxlength="500" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="hub-hint"></label>
      <p class="quiet" id="hub-hint">${pairing.hubHint}</p>
      <label>${pairing.code}<input name="code" maxlength="60" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="code-hint"></label>
      <p class="quiet" id="code-hint">${pairing.codeHint}</p>
      ${hidden(facts)}
      <button class="main">${pairing.pair}</button>
    </form>`;
}

export function confirmForm(facts: ViewFacts): Html {
  const { confirm, pin, alone } = wordsIn(facts.language);
  const { pairing, hubAlone } = facts.store.home;
  return html`
    <form method="post" action="confirm" class="sheet question">
      <h2 class="large">${confirm.title(pairing?.firm.name ?? "")}</h2>
      <p>${confirm.compare}</p>
      <p class="fingerprint"><code>${facts.fingerprint}</code></p>
      <h3>${alone.title}</h3>
      ${levels(facts, hubAlone)}
      <h3>${confirm.pinTitle}</h3>
      <p>${confirm.pinMeans}</p>
      <label>${pin.choose}<input name="pin" type="password" inputmode="numeric" minlength="6" maxlength="12" autocomplete="new-password" required></label>
      <label>${pin.repeat}<input name="again" type="password" inputmode="numeric" minlength="6" maxlength="12" autocomplete="new-password" required></label>
      ${hidden(facts)}
      <div class="buttons">
        <button class="main">${confirm.confirm}</button>
        <button formaction="not-mine" formnovalidate>${confirm.not}</button>
      </div>
    </form>`;
}
