import { encode } from "uqr";
import type { Passkeys } from "../passkeys/passkeys.ts";
import type { Wish } from "../passkeys/wish.ts";
import type { KeptPasskey } from "../store/home-state.ts";
import { wordsIn } from "../words/index.ts";
import { type FormFacts, hidden, secrets } from "./fields.ts";
import { type Html, html } from "./html.ts";
import { tellMoment } from "./tell.ts";

interface PasskeyFacts extends FormFacts {
  readonly passkeys: Passkeys;
  readonly kept: readonly KeptPasskey[];
}

/** Which phones and keys can say yes, and one more: its link, then its code to compare. */
export function passkeysPart(facts: PasskeyFacts): Html {
  const { passkeys: words } = wordsIn(facts.language);
  const { wish } = facts.passkeys;
  return html`
    <h2>${words.title}</h2>
    <p class="quiet">${words.means}</p>
    ${wish === null || wish.isKept ? "" : wish.code === null ? linkOf(facts, wish) : compare(facts, wish, wish.code)}
    ${facts.kept.length === 0 ? "" : html`<ul class="places">${facts.kept.map((one) => row(facts, one))}</ul>`}
    ${wish === null || wish.isKept ? html`${facts.kept.length === 0 ? html`<p>${words.none}</p>` : ""}${addForm(facts)}` : ""}`;
}

function row(facts: PasskeyFacts, { id, name, code, addedAt, lastUsedAt }: KeptPasskey): Html {
  const { passkeys: words } = wordsIn(facts.language);
  const used = lastUsedAt === null ? words.neverUsed : words.used(tellMoment(lastUsedAt, facts.language));
  const since = words.added(tellMoment(addedAt, facts.language));
  return html`
    <li>
      <span><strong>${name}</strong> <code>${code}</code> <span class="quiet">${since} · ${used}</span></span>
      <form method="post" action="passkey-remove">
        ${hidden(facts)}
        <input type="hidden" name="id" value="${id}">
        <button class="small" aria-label="${words.remove}: ${name}">${words.remove}</button>
      </form>
    </li>`;
}

function addForm(facts: PasskeyFacts): Html {
  const { passkeys: words } = wordsIn(facts.language);
  const { whyNone } = facts.passkeys;
  if (whyNone !== null) return html`<p>${words.why[whyNone]}</p>`;
  return html`
    <details>
      <summary>${words.add}</summary>
      <form method="post" action="passkey-add">
        <label>${words.name}<input name="name" required maxlength="40" autocomplete="off" aria-describedby="passkey-name"></label>
        <p class="quiet" id="passkey-name">${words.nameHint}</p>
        ${secrets(facts, "passkey-add")}
        <button>${words.make}</button>
      </form>
    </details>`;
}

function linkOf(facts: PasskeyFacts, { link, name, expiresAt }: Wish): Html {
  const { passkeys: words } = wordsIn(facts.language);
  return html`
    <div class="sheet question" data-state="link">
      <h3 class="large">${words.open(name)}</h3>
      <p>${words.scan(tellMoment(expiresAt, facts.language))}</p>
      ${picture(link, words.picture)}
      <p class="link"><a href="${link}">${link}</a></p>
      ${cancelForm(facts, words.cancel)}
    </div>`;
}

function compare(facts: PasskeyFacts, { name }: Wish, code: string): Html {
  const { passkeys: words } = wordsIn(facts.language);
  return html`
    <form method="post" action="passkey-keep" class="sheet question" data-state="compare">
      <h3 class="large">${words.made(name)}</h3>
      <p>${words.compare}</p>
      <p class="fingerprint"><code>${code}</code></p>
      <input type="hidden" name="code" value="${code}">
      ${secrets(facts, "passkey-keep")}
      <div class="buttons">
        <button class="main">${words.confirm}</button>
        <button formaction="passkey-cancel" formnovalidate>${words.not}</button>
      </div>
    </form>`;
}

function cancelForm(facts: PasskeyFacts, word: string): Html {
  return html`<form method="post" action="passkey-cancel">${hidden(facts)}<button>${word}</button></form>`;
}

/** Dark on light in both themes, since some apps read nothing else. */
function picture(text: string, label: string): Html {
  const { data, size } = encode(text, { border: 3 });
  const path = data.flatMap((line, y) => line.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000" shape-rendering="crispEdges"/></svg>`;
}
