import type { RunEventData } from "@caretaker/protocol";
import { actorKind, actorName } from "../../words/actors.ts";
import { capabilityWords, consentWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { RUN_STATUS_WORDS, SCOPE_WORDS, STEP_WORDS } from "../../words/states.ts";
import { dayAndTime } from "../../words/time.ts";
import { Measurements } from "./Measurements.tsx";
import { answerWords } from "./question.ts";
import { Raw } from "./Raw.tsx";
import { RehearsedFix } from "./RehearsedFix.tsx";

type Data<K extends RunEventData["kind"]> = Extract<RunEventData, { kind: K }>;

/** One thing that happened, in words; what was measured as a table, what came back raw behind a press. */
export function EvidenceEntry({ data }: { data: RunEventData }) {
  switch (data.kind) {
    case "step.read":
      return <Read data={data} />;
    case "step.decided":
      return <Line tone="busy" text={words.evidence.decided(data.branch)} detail={data.because} />;
    case "step.ended":
      return <Line tone="quiet" text={words.evidence.ended(STEP_WORDS[data.status], data.result)} />;
    case "step.item_ended":
      return <Line tone="quiet" text={words.evidence.itemEnded(data.item, STEP_WORDS[data.status])} />;
    case "question.asked":
      return <Line tone="wait" text={data.say} detail={words.question.until(dayAndTime(data.answerBy))} />;
    case "question.answered":
      return <Line tone="good" text={words.evidence.answered(answerWords(data.answer), who(data.by))} />;
    case "consent.asked":
      return (
        <Line
          tone="wait"
          text={words.evidence.asked(data.sentTo, SCOPE_WORDS[data.scope], dayAndTime(data.answerBy))}
        />
      );
    case "consent.opened":
      return <Line tone="wait" text={words.evidence.opened} />;
    case "consent.call_asked":
      return <Line tone="wait" text={words.evidence.callAsked(who(data.by))} />;
    case "consent.answered":
      return (
        <Line
          tone={data.answer === "allowed" ? "good" : "bad"}
          text={words.evidence.answered(words.evidence.answers[data.answer], who(data.by))}
          {...(data.window === undefined
            ? {}
            : { detail: words.evidence.agreed(dayAndTime(data.window.from), dayAndTime(data.window.to)) })}
        />
      );
    case "fix.intended":
      return <Intended data={data} />;
    case "fix.sent":
      return <Sent data={data} />;
    case "fix.failed":
      return <Line tone="bad" text={words.evidence.failed} detail={data.error} />;
    case "step.resolved":
      return (
        <Line
          tone="busy"
          text={words.evidence.resolved(actorName(data.by), data.verdict)}
          detail={`${data.reason} ${data.leadsTo}`}
        />
      );
    case "fix.uncertain":
      return <Line tone="unknown" text={words.evidence.uncertain} detail={data.why} />;
    case "fix.settled":
      return <Line tone="good" text={words.evidence.settled(capabilityWords(data.capability))} />;
    case "fix.refused":
      return <Line tone="bad" text={words.evidence.refused} detail={data.message} />;
    case "fix.rehearsed":
      return <RehearsedFix data={data} />;
    case "run.queued":
      return <Line tone="quiet" text={words.evidence.queued(who(data.by))} />;
    case "run.waiting":
      return (
        <Line
          tone="wait"
          text={RUN_STATUS_WORDS[data.for]}
          detail={data.until === null ? data.why : `${data.why} · ${words.evidence.until(dayAndTime(data.until))}`}
        />
      );
    case "run.resumed":
      return <Line tone="busy" text={words.evidence.resumed} detail={data.why} />;
    case "run.stop_requested":
      return <Line tone="bad" text={words.evidence.stopRequested(who(data.by))} detail={data.reason} />;
    case "run.finished":
    case "run.cancelled":
    case "run.started":
    case "step.started":
      return null;
    default:
      return data satisfies never;
  }
}

function who(actor: string): string {
  const kind = actorKind(actor);
  return kind === null ? actorName(actor) : `${actorName(actor)} (${kind})`;
}

function Line({ tone, text, detail }: { tone: string; text: string; detail?: string }) {
  return (
    <div className="evidence-line" data-tone={tone}>
      <p>{text}</p>
      {detail ? <p className="evidence-detail">{detail}</p> : null}
    </div>
  );
}

const RESULT_TONES = { pass: "good", fail: "warn", unknown: "unknown" } as const;

function Read({ data }: { data: Data<"step.read"> }) {
  return (
    <div className="evidence-line" data-tone={RESULT_TONES[data.result]}>
      <p>
        {words.evidence.read(capabilityWords(data.capability))}{" "}
        <span className="tag" data-tone={RESULT_TONES[data.result]}>
          {words.evidence.results[data.result]}
        </span>
        <span className="evidence-ms num">{Math.round(data.milliseconds)} ms</span>
      </p>
      {data.error === undefined ? null : <p className="evidence-detail">{data.error}</p>}
      {data.measurements.length > 0 ? <Measurements measurements={data.measurements} /> : null}
      <Raw label={words.evidence.raw} value={data.output} />
    </div>
  );
}

function Intended({ data }: { data: Data<"fix.intended"> }) {
  return (
    <div className="evidence-line" data-tone="busy">
      <p>{words.evidence.intended(capabilityWords(data.capability), data.attempt)}</p>
      <p className="evidence-detail">{words.evidence.permitted(consentWords(data.consent))}</p>
      <Raw
        label={words.evidence.exactly}
        value={{ target: data.target, consent: data.consent, attempt: data.attemptId }}
      />
    </div>
  );
}

function Sent({ data }: { data: Data<"fix.sent"> }) {
  return (
    <div className="evidence-line" data-tone="good">
      <p>
        {words.evidence.sent}
        <span className="evidence-ms num">{Math.round(data.milliseconds)} ms</span>
      </p>
      <Raw label={words.evidence.answer} value={data.answer} />
    </div>
  );
}
