import type { RunConsent, RunDetails } from "@caretaker/protocol";
import { Link } from "@tanstack/react-router";
import { useNow } from "../../ui/clock.ts";
import { CONSENT_LOOKS } from "../../ui/looks.ts";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { SCOPE_WORDS } from "../../words/states.ts";
import { duration, timeOfDay } from "../../words/time.ts";

/** What the homeowner was asked, and how far that is: sent, seen, answered. */
export function ConsentRows({ run }: { run: Pick<RunDetails, "consents"> }) {
  if (run.consents.length === 0) return null;
  return (
    <ul className="consent-rows" aria-label={words.runs.consent}>
      {run.consents.map((consent) => (
        <ConsentRow key={consent.requestId} consent={consent} />
      ))}
    </ul>
  );
}

function ConsentRow({ consent }: { consent: RunConsent }) {
  const now = useNow("fast");
  const isOpen = consent.status === "asked";
  const left = (Date.parse(consent.answerBy) - now) / 1000;
  const steps: readonly (readonly [string, string | null])[] = [
    [words.runs.consentSent(consent.sentTo), consent.sentAt],
    [words.runs.consentSeen, consent.openedAt],
    [words.runs.consentAnswered, consent.answeredAt],
    ...(consent.callAskedAt === null ? [] : [[words.runs.consentCallAsked, consent.callAskedAt] as const]),
  ];
  return (
    <li className="consent-row" data-open={isOpen || undefined}>
      <Mark look={CONSENT_LOOKS[consent.status]} />
      <span className="tag">{SCOPE_WORDS[consent.scope]}</span>
      <ol className="consent-steps">
        {steps.map(([word, at], index) => (
          <li key={word} data-done={at !== null || index === 0 || undefined}>
            {word}
            {at === null ? null : <span className="num"> {timeOfDay(at)}</span>}
          </li>
        ))}
      </ol>
      {isOpen && consent.notSentBecause !== null ? (
        <p className="consent-note">
          {consent.notSentBecause} <Link to="/messages">{words.runs.openMessage}</Link>
        </p>
      ) : null}
      {isOpen ? (
        <span className="consent-left num">
          {left > 0 ? words.runs.answerWithin(duration(left)) : words.runs.anyMoment}
        </span>
      ) : null}
    </li>
  );
}
