import type { RunConsent } from "@caretaker/protocol";
import { useNow } from "../../ui/clock.ts";
import { CONSENT_LOOKS } from "../../ui/looks.ts";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { SCOPE_WORDS } from "../../words/states.ts";
import { duration, timeOfDay } from "../../words/time.ts";

/** What the homeowner was asked, and how far that is: sent, seen, answered. */
export function ConsentRows({ consents }: { consents: readonly RunConsent[] }) {
  if (consents.length === 0) return null;
  return (
    <ul className="consent-rows" aria-label={words.runs.consent}>
      {consents.map((consent) => (
        <ConsentRow key={consent.requestId} consent={consent} />
      ))}
    </ul>
  );
}

function ConsentRow({ consent }: { consent: RunConsent }) {
  const now = useNow("fast");
  const left = (Date.parse(consent.answerBy) - now) / 1000;
  const steps: readonly (readonly [string, string | null])[] = [
    [words.runs.consentSent(consent.sentTo), consent.sentAt],
    [words.runs.consentSeen, consent.openedAt],
    [words.runs.consentAnswered, consent.answeredAt],
  ];
  return (
    <li className="consent-row">
      <Mark look={CONSENT_LOOKS[consent.status]} />
      <span className="tag">{SCOPE_WORDS[consent.scope]}</span>
      <ol className="consent-steps">
        {steps.map(([word, at]) => (
          <li key={word} data-done={at !== null || undefined}>
            {word}
            {at === null ? null : <span className="num"> {timeOfDay(at)}</span>}
          </li>
        ))}
      </ol>
      {consent.notSentBecause === null ? null : <p className="consent-note">{consent.notSentBecause}</p>}
      {consent.status === "asked" ? (
        <span className="consent-left num">
          {left > 0 ? words.runs.answerWithin(duration(left)) : words.runs.anyMoment}
        </span>
      ) : null}
    </li>
  );
}
