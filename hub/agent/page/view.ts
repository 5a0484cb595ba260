import { HUB_ALONE, type HubAlone, type Language } from "@caretaker/protocol";
import type { HomeGuard } from "../guard/home-guard.ts";
import { placeWords } from "../guard/places.ts";
import type { KeptQuestion } from "../store/home-state.ts";
import type { Store } from "../store/store.ts";
import { WORDS, wordsIn } from "../words/index.ts";
import { hidden, pinField, secrets } from "./fields.ts";
import { type Html, html } from "./html.ts";
import { passkeysPart } from "./passkeys-part.ts";
import { type DeclarationOf, tellJournal, tellMoment, tellQuestion } from "./tell.ts";

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

function stopPart(facts: ViewFacts): Html {
  const { store, guard, line, language } = facts;
  const words = wordsIn(language);
  const { pairing } = store.home;
  const firm = pairing?.firm.name ?? "";
  const { stoppedAt } = guard.policy();
  if (stoppedAt !== null) {
    return html`
      <div class="status" data-state="stopped" role="status">
        <p>${words.state.stopped(tellMoment(stoppedAt, language))}</p>
        <p class="quiet">${words.state.stoppedMeans}</p>
      </div>
      <form method="post" action="allow-again" class="sheet">
        <h2>${words.again.title}</h2>
        <p>${words.again.means}</p>
        ${secrets(facts, "again")}
        <button>${words.again.button}</button>
      </form>`;
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

function questionsPart(facts: ViewFacts): Html {
  return html`${facts.guard.questions().map((kept) => (kept.isOpen ? openQuestion(facts, kept) : allowedQuestion(facts, kept)))}`;
}

function openQuestion(facts: ViewFacts, kept: KeptQuestion): Html {
  const { language, declarationOf } = facts;
  const words = wordsIn(language);
  const { question } = kept;
  const told = tellQuestion(kept, language, declarationOf);
  return html`
    <form method="post" action="answer" class="sheet question">
      <h2 class="large">${words.question.title(question.technician)}</h2>
      ${kept.isPrivate ? html`<p class="private">${words.question.private}</p>` : ""}
      <div><h3>${words.question.what}</h3>${list(told.lines)}</div>
      <div><h3>${words.question.notice}</h3>${list([...told.notice, words.question.minutes(told.minutes)])}</div>
      ${question.why === "" ? "" : html`<div class="theirs"><h3>${words.question.firmSays}</h3><q>${question.why}</q></div>`}
      <p class="quiet">${words.question.answerBy(tellMoment(question.answerBy, language))}</p>
      <input type="hidden" name="requestId" value="${question.requestId}">
      <input type="hidden" name="digest" value="${question.digest}">
      ${secrets(facts, question.requestId)}
      <div class="buttons">
        <button class="main" name="answer" value="allow">${words.question.allow}</button>
        <button name="answer" value="no" formnovalidate>${words.question.no}</button>
      </div>
    </form>`;
}

function allowedQuestion({ language, declarationOf }: ViewFacts, kept: KeptQuestion): Html {
  const words = wordsIn(language);
  const { lines } = tellQuestion(kept, language, declarationOf);
  const said = words.question.allowed(kept.question.technician, tellMoment(kept.answeredAt ?? kept.askedAt, language));
  return html`<section class="sheet" data-state="allowed">${list(lines)}<p class="quiet">${said}</p></section>`;
}

function askedPlaces(facts: ViewFacts): Html {
  const { store, language } = facts;
  const words = wordsIn(language);
  const firm = store.home.pairing?.firm.name ?? "";
  const asked = store.home.places.filter(({ allowed }) => allowed === "asked");
  return html`${asked.map(
    (place, at) => html`
      <form method="post" action="place" class="sheet question">
        <h2 class="large">${words.places.asks(firm, placeWords(place), facts.makeName(place.connector))}</h2>
        <p>${words.places.means}</p>
        <input type="hidden" name="host" value="${place.host}">
        <input type="hidden" name="port" value="${place.port}">
        ${secrets(facts, `place-${at}`)}
        <div class="buttons">
          <button class="main" name="answer" value="allow">${words.places.allow}</button>
          <button name="answer" value="no" formnovalidate>${words.places.no}</button>
        </div>
      </form>`,
  )}`;
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

function alonePart(facts: ViewFacts): Html {
  const { store, language } = facts;
  const { alone } = wordsIn(language);
  const { hubAlone, pairing } = store.home;
  return html`
    <h2>${alone.title}</h2>
    <p><strong>${alone.levels[hubAlone].name}.</strong> <span class="quiet">${alone.levels[hubAlone].means}</span></p>
    <p class="quiet">${alone.intro(pairing?.firm.name ?? "")}</p>
    <details>
      <summary>${alone.change}</summary>
      <form method="post" action="choose">
        ${levels(facts, hubAlone)}
        ${secrets(facts, "choose")}
        <button>${alone.save}</button>
      </form>
    </details>`;
}

function levels({ language }: ViewFacts, chosen: HubAlone): Html {
  const { alone } = wordsIn(language);
  return html`<fieldset class="levels"><legend class="away">${alone.title}</legend>${HUB_ALONE.map(
    (level) => html`
      <label class="level">
        <input type="radio" name="hubAlone" value="${level}" ${level === chosen ? html`checked` : ""}>
        <span><strong>${alone.levels[level].name}</strong><span class="quiet">${alone.levels[level].means}</span></span>
      </label>`,
  )}</fieldset>`;
}

function placesPart(facts: ViewFacts): Html {
  const { store, language } = facts;
  const { places } = wordsIn(language);
  const decided = store.home.places.filter(({ allowed }) => allowed !== "asked");
  return html`
    <h2>${places.title}</h2>
    ${decided.length === 0 ? html`<p>${places.none}</p>` : ""}
    <ul class="places">${decided.map(
      (place) => html`
        <li>
          <span><strong>${placeWords(place)}</strong> <span class="quiet">${facts.makeName(place.connector)} · ${place.allowed === "allowed" ? places.allowed : places.refused}</span></span>
          <form method="post" action="place">
            ${hidden(facts)}
            <input type="hidden" name="host" value="${place.host}">
            <input type="hidden" name="port" value="${place.port}">
            ${
              place.allowed === "allowed"
                ? html`<button class="small" name="answer" value="no">${places.forbid}</button>`
                : html`${facts.isUnlocked ? "" : pinField(facts, `again-${placeWords(place)}`)}<button class="small" name="answer" value="allow">${places.allow}</button>`
            }
          </form>
        </li>`,
    )}</ul>`;
}

function homeAssistantPart(facts: ViewFacts): Html {
  const { homeAssistant } = wordsIn(facts.language);
  return html`
    <details>
      <summary>${homeAssistant.title}</summary>
      <form method="post" action="token">
        <p>${homeAssistant.means}</p>
        ${facts.store.home.tokenHash === null ? "" : html`<p>${homeAssistant.again}</p>`}
        ${secrets(facts, "token")}
        <button>${homeAssistant.make}</button>
      </form>
    </details>`;
}

function connectionPart(facts: ViewFacts): Html {
  const { store, fingerprint, language } = facts;
  const { connection } = wordsIn(language);
  const { pairing } = store.home;
  if (pairing === null) return html``;
  const phone = pairing.firm.phone;
  return html`
    <h2>${connection.title}</h2>
    <dl>
      <dt>${connection.firm}</dt><dd>${pairing.firm.name}</dd>
      ${phone === null ? "" : html`<dt>${connection.phone}</dt><dd><a href="tel:${phone.replace(/[^+\d]/g, "")}">${phone}</a></dd>`}
      <dt>${connection.hub}</dt><dd>${pairing.hub}</dd>
      <dt>${connection.fingerprint}</dt><dd><code>${fingerprint}</code></dd>
      <dt>${connection.since}</dt><dd>${tellMoment(pairing.pairedAt, language)}</dd>
    </dl>
    <details>
      <summary>${connection.end}</summary>
      <form method="post" action="end">
        <p>${connection.endMeans}</p>
        ${secrets(facts, "end")}
        <button class="danger">${connection.endTitle}</button>
      </form>
    </details>`;
}

function pairingForm(facts: ViewFacts): Html {
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

function confirmForm(facts: ViewFacts): Html {
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

function list(lines: readonly string[]): Html {
  return html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}
