import { HUB_ALONE, type HubAlone } from "@caretaker/protocol";
import { wordsIn } from "../../words/index.ts";
import { type Html, html } from "../html.ts";
import type { ViewFacts } from "../view.ts";

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
