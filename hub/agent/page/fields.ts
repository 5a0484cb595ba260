import type { Language } from "@caretaker/protocol";
import { wordsIn } from "../words/index.ts";
import { type Html, html } from "./html.ts";

export interface FormFacts {
  readonly language: Language;
  readonly csrf: string;
  readonly isUnlocked: boolean;
}

/** What shows that the form is our own, and the PIN where it has to be typed. */
export function secrets(facts: FormFacts, id: string): Html {
  return html`${hidden(facts)}${facts.isUnlocked ? "" : pinField(facts, id)}`;
}

export function hidden({ csrf }: FormFacts): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}

export function pinField({ language }: FormFacts, id: string): Html {
  const { pin } = wordsIn(language);
  return html`
    <label class="pin">${pin.label}<input name="pin" type="password" inputmode="numeric" maxlength="12" autocomplete="off" required aria-describedby="pin-${id}"></label>
    <p class="quiet" id="pin-${id}">${pin.hint}</p>`;
}
