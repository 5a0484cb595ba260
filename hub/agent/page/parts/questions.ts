import { placeWords } from "../../guard/places.ts";
import type { KeptQuestion } from "../../store/home-state.ts";
import { wordsIn } from "../../words/index.ts";
import { secrets } from "../fields.ts";
import { type Html, html } from "../html.ts";
import { tellMoment, tellQuestion } from "../tell.ts";
import type { ViewFacts } from "../view.ts";
import { list } from "./fields.ts";

export function questionsPart(facts: ViewFacts): Html {
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

export function askedPlaces(facts: ViewFacts): Html {
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
