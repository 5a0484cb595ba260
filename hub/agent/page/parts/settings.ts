import { placeWords } from "../../guard/places.ts";
import { wordsIn } from "../../words/index.ts";
import { hidden, pinField, secrets } from "../fields.ts";
import { type Html, html } from "../html.ts";
import { tellMoment } from "../tell.ts";
import type { ViewFacts } from "../view.ts";
import { levels } from "./fields.ts";

export function alonePart(facts: ViewFacts): Html {
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

export function placesPart(facts: ViewFacts): Html {
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

export function homeAssistantPart(facts: ViewFacts): Html {
  const { homeAssistant } = wordsIn(facts.language);
  const { homeSwitch } = facts;
  return html`
    ${
      homeSwitch === null
        ? ""
        : html`<h2>${homeAssistant.switch.title}</h2>
          <p>${homeAssistant.switch.means(homeSwitch.entityId)} ${homeAssistant.switch.states[homeSwitch.is]}</p>`
    }
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

export function connectionPart(facts: ViewFacts): Html {
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
