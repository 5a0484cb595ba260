import type { ConsentAnswer, ConsentRequestId, PhoneQuestion, RunId } from "@caretaker/protocol";
import { SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";

const LANGUAGES: Record<PhoneQuestion["language"], string> = {
  en: "English",
  nl: "Dutch",
  de: "German",
  fr: "French",
};

/** What is read aloud, word for word as it was asked, and what they said to it. */
export function OnThePhone(props: { runId: RunId; requestId: ConsentRequestId; onClose: () => void }) {
  const { runId, requestId, onClose } = props;
  const question = useOperation("consent.phone.get", { runId, requestId });
  const [answer, setAnswer] = useState<ConsentAnswer>("allow");
  const [number, setNumber] = useState<string | null>(null);
  const [knownBy, setKnownBy] = useState("");
  const record = useAction("consent.phone.answer", { outdates: ["run.get", "run.events"], onDone: onClose });
  const { data } = question;
  const called = number ?? data?.phone ?? "";
  const isRefused = data !== undefined && (!data.isOpen || (data.isPrivate && answer === "allow"));
  return (
    <Confirm
      title={words.onThePhone.title}
      text={words.onThePhone.told}
      action={words.onThePhone.record}
      isOpen
      isBusy={record.isPending}
      canConfirm={data !== undefined && !isRefused && called.trim().length >= 5 && knownBy.trim().length >= 3}
      error={record.error}
      onConfirm={() =>
        record.mutate({
          runId,
          requestId,
          answer,
          proposalCode: data?.proposalCode ?? "",
          number: called.trim(),
          knownBy,
        })
      }
      onClose={onClose}
    >
      <ErrorMessage error={question.error} onRetry={() => void question.refetch()} />
      {data === undefined ? <Skeletons rows={4} height={24} /> : <ReadAloud question={data} />}
      {data?.isOpen === false ? <p role="alert">{words.onThePhone.closed}</p> : null}
      <SegmentedControl
        aria-label={words.onThePhone.answer}
        value={answer}
        onChange={(next) => setAnswer(next as ConsentAnswer)}
        data={[
          { value: "allow", label: words.onThePhone.allow, disabled: data?.isPrivate === true },
          { value: "another_time", label: words.onThePhone.anotherTime },
          { value: "no", label: words.onThePhone.no },
        ]}
        fullWidth
      />
      {data?.isPrivate ? <p role="alert">{words.onThePhone.isPrivate}</p> : null}
      <TextInput
        label={words.onThePhone.number}
        type="tel"
        value={called}
        onChange={(event) => setNumber(event.currentTarget.value)}
        required
      />
      <TextInput
        label={words.onThePhone.knownBy}
        placeholder={words.onThePhone.knownByExample}
        value={knownBy}
        onChange={(event) => setKnownBy(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        required
      />
    </Confirm>
  );
}

function ReadAloud({ question }: { question: PhoneQuestion }) {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    [words.onThePhone.why, [question.why]],
    [words.onThePhone.what, question.what],
    [words.onThePhone.notice, [...question.notice, words.onThePhone.howLong(question.minutes)]],
    [words.onThePhone.seen, question.seen],
    [words.onThePhone.undo, question.undo],
    [words.onThePhone.ifNo, [question.ifNo]],
  ];
  return (
    <div>
      <p>{words.onThePhone.read(question.homeownerName, LANGUAGES[question.language])}</p>
      <blockquote className="tell" lang={question.language}>
        {parts
          .filter(([, sentences]) => sentences.length > 0)
          .map(([title, sentences]) => (
            <p key={title}>
              <b>{title}.</b> {sentences.join(" ")}
            </p>
          ))}
      </blockquote>
    </div>
  );
}
