import type { Language } from "@caretaker/protocol";
import type { HomeGuard } from "../guard/home-guard.ts";
import type { SwitchState } from "../home-switch.ts";
import type { Store } from "../store/store.ts";
import { WORDS, wordsIn } from "../words/index.ts";
import { hidden } from "./fields.ts";
import { type Html, html } from "./html.ts";
import { confirmForm, pairingForm } from "./parts/pairing.ts";
import { askedPlaces, questionsPart } from "./parts/questions.ts";
import { alonePart, connectionPart, homeAssistantPart, placesPart } from "./parts/settings.ts";
import { stopPart } from "./parts/stop.ts";
import { passkeysPart } from "./passkeys-part.ts";
import { type DeclarationOf, tellJournal, tellMoment } from "./tell.ts";

/** How the line to the hub is, as the lead of the line knows it. */
export interface LineState {
  readonly isConnected: boolean;
  /** Since when it is as it is; null where it never was otherwise. */
  readonly since: string | null;
}

export interface ViewFacts {
  readonly store: Store;
  readonly guard: HomeGuard;
  readonly line: LineState;
  /** Null where nobody wants one. */
  readonly homeSwitch: SwitchState | null;
  readonly fingerprint: string;
  readonly declarationOf: DeclarationOf;
  /** What a make is called, by its connector's id. */
  readonly makeName: (connector: string) => string;
  readonly language: Language;
  readonly csrf: string;
  readonly isUnlocked: boolean;
  readonly problem: string | null;
  /** What a form said that was not taken; typed again by nobody. */
  readonly typed: { readonly hub: string };
  /** A new token, shown this once. */
  readonly token: string | null;
}

/** The page's parts by name; a part that changes is put in the place of the old one. */
export type Parts = Readonly<Record<string, Html>>;

export function partsOf(facts: ViewFacts): Parts {
  const { pairing, confirmedAt } = facts.store.home;
  if (pairing === null) return { head: head(facts), pairing: pairingForm(facts), language: languages(facts) };
  if (confirmedAt === null) return { head: head(facts), confirm: confirmForm(facts), language: languages(facts) };
  const passkeys = passkeysPart({ ...facts, passkeys: facts.guard.passkeys, kept: facts.store.home.passkeys });
  const { wish } = facts.guard.passkeys;
  return {
    head: head(facts),
    stop: stopPart(facts),
    // Whoever makes one goes on with it where they look first.
    ...(wish === null || wish.isKept ? {} : { passkeys }),
    questions: questionsPart(facts),
    asked: askedPlaces(facts),
    journal: journalPart(facts),
    alone: alonePart(facts),
    places: placesPart(facts),
    passkeys,
    homeAssistant: homeAssistantPart(facts),
    connection: connectionPart(facts),
    language: languages(facts),
  };
}

function head(facts: ViewFacts): Html {
  const { store, language, problem, token, isUnlocked } = facts;
  const words = wordsIn(language);
  const { pairing } = store.home;
  return html`
    ${pairing === null ? "" : html`<p class="from">${pairing.firm.name} · ${pairing.home}</p>`}
    <h1>${words.title}</h1>
    ${problem === null ? "" : html`<div class="problem" role="alert"><strong>${words.problemTitle}</strong> ${problem}</div>`}
    ${token === null ? "" : html`<div class="token" role="status"><p>${words.homeAssistant.shown}</p><code>${token}</code></div>`}
    ${isUnlocked ? html`<p class="unlocked">${words.unlocked}</p>` : ""}`;
}

function journalPart({ store, language }: ViewFacts): Html {
  const { journal } = wordsIn(language);
  const entries = tellJournal(store.journal, language);
  return html`
    <h2>${journal.title}</h2>
    ${entries.length === 0 ? html`<p>${journal.nothing}</p>` : ""}
    <ol class="journal">${entries.map(
      ({ at, words, details }) => html`
        <li><time datetime="${at}">${tellMoment(at, language)}</time><p>${words}</p>${details === "" ? "" : html`<p class="quiet">${details}</p>`}</li>`,
    )}</ol>`;
}

function languages(facts: ViewFacts): Html {
  return html`
    <form method="post" action="language" class="languages">
      ${hidden(facts)}
      <span class="away">${wordsIn(facts.language).languages}</span>
      ${Object.entries(WORDS).map(
        ([language, words]) =>
          html`<button name="language" value="${language}" lang="${language}" ${language === facts.language ? html`aria-current="true"` : ""}>${words.language}</button>`,
      )}
    </form>`;
}
