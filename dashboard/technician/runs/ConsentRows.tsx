import type { RunConsent, RunDetails } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiAlertOutline, mdiEmailOpenOutline, mdiPhoneCheckOutline } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/Icon.tsx";
import { CONSENT_LOOKS } from "../../ui/looks.ts";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { GRANT_ENDS, SCOPE_WORDS } from "../../words/states.ts";
import { duration, timeOfDay } from "../../words/time.ts";
import { OpenMessage } from "../outbox/OpenMessage.tsx";
import { useMay } from "../session.ts";
import { EmergencyWish } from "./EmergencyWish.tsx";
import { OnThePhone } from "./OnThePhone.tsx";

/** What the homeowner was asked, and how far that is: sent, seen, answered. */
export function ConsentRows({ run }: { run: Pick<RunDetails, "id" | "siteId" | "consents"> }) {
  if (run.consents.length === 0) return null;
  return (
    <ul className="consent-rows" aria-label={words.runs.consent}>
      {run.consents.map((consent) => (
        <ConsentRow key={consent.requestId} runId={run.id} siteId={run.siteId} consent={consent} />
      ))}
    </ul>
  );
}

function ConsentRow(props: { runId: RunDetails["id"]; siteId: RunDetails["siteId"]; consent: RunConsent }) {
  const { runId, siteId, consent } = props;
  const [isCalling, setCalling] = useState(false);
  const [isReading, setReading] = useState(false);
  const mayRecord = useMay("consent.phone.answer");
  const now = useNow("fast");
  const isOpen = consent.status === "asked";
  const [emergency, setEmergency] = useState<"wishing" | "asked" | null>(null);
  const mayWish = useMay("consent.emergency");
  const terms = useOperation("emergency.get", { siteId }, { enabled: isOpen && mayWish });
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
          {consent.notSentBecause}{" "}
          {consent.messageId === null ? <Link to="/messages">{words.runs.seeMessages}</Link> : null}
        </p>
      ) : null}
      {isOpen && consent.messageId !== null ? (
        <Button size="xs" leftSection={<Icon path={mdiEmailOpenOutline} size={16} />} onClick={() => setReading(true)}>
          {words.runs.openMessage}
        </Button>
      ) : null}
      {isReading && consent.messageId !== null ? (
        <OpenMessage messageId={consent.messageId} onClose={() => setReading(false)} />
      ) : null}
      {consent.ended === null ? null : <p className="consent-note">{GRANT_ENDS[consent.ended]}</p>}
      {consent.grade === "D" ? <p className="consent-note">{words.runs.byEmergency}</p> : null}
      {consent.grade === "C" ? <p className="consent-note">{words.runs.saidOnPhone}</p> : null}
      {isOpen && mayRecord ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon path={mdiPhoneCheckOutline} size={16} />}
          onClick={() => setCalling(true)}
        >
          {words.runs.onThePhone}
        </Button>
      ) : null}
      {isOpen && mayWish && terms.data?.emergency && emergency !== "asked" ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon path={mdiAlertOutline} size={16} />}
          onClick={() => setEmergency("wishing")}
        >
          {words.runs.emergency}
        </Button>
      ) : null}
      {isOpen && emergency === "asked" ? (
        <p className="consent-note" role="status">
          {words.emergency.asked} <Link to="/second-person">{words.emergency.seeAsked}</Link>
        </p>
      ) : null}
      {emergency === "wishing" ? (
        <EmergencyWish
          runId={runId}
          requestId={consent.requestId}
          onAsked={() => setEmergency("asked")}
          onClose={() => setEmergency(null)}
        />
      ) : null}
      {isCalling ? <OnThePhone runId={runId} requestId={consent.requestId} onClose={() => setCalling(false)} /> : null}
      {isOpen ? (
        <span className="consent-left num">
          {left > 0 ? words.runs.answerWithin(duration(left)) : words.runs.anyMoment}
        </span>
      ) : null}
    </li>
  );
}
