import { HUB_ALONE, type HubAlone } from "@caretaker/protocol";
import { wordsIn } from "../../words/index.ts";
import { type Html, html } from "../html.ts";
import type { ViewFacts } from "../view.ts";

/** What shows that the form is our own, and the PIN where it has to be typed. */
export function secrets(facts: ViewFacts, id: string): Html {
  return html`${hidden(facts)}${facts.isUnlocked ? "" : pinField(facts, id)}`;
}

export function hidden({ csrf }: ViewFacts): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}

export function pinField({ language }: ViewFacts, id: string): Html {
  const { pin } = wordsIn(language);
  return html`
    <label class="pin">${pin.label}<input name="pin" type="password" inputmode="numeric" maxlength="12" autocomplete="off" required aria-describedby="pin-${id}"></label>
    <p class="quiet" id="pin-${id}">${pin.hint}</p>`;
}

export function levels({ language }: ViewFacts, chosen: HubAlone): Html {
  const { alone } = wordsIn(language);
  return html`<fieldset class="levels"><legend class="away">${alone.title}</legend>${HUB_ALONE.map(
    (level) => html`
      <label class="level">
        <input type="radio" name="hubAlone" value="${level}" ${level === chosen ? html`checked` : ""}>
        <span><strong>${alone.levels[level].name}</strong><span class="quiet">${alone.levels[level].means}</span></span>
      </label>`,
  )}</fieldset>`;
}

export function list(lines: readonly string[]): Html {
  return html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}
