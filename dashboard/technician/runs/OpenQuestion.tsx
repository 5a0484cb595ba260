import "./uncertain.css";
import type { Answer, RunDetails, RunEvent } from "@caretaker/protocol";
import { Button, Group, TextInput } from "@mantine/core";
import { mdiHelpCircle } from "@mdi/js";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { words } from "../../words/en.ts";
import { dayAndTime } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { answerWords, openQuestion, type Question } from "./question.ts";

/** What the run wants to know from whoever looks at it: a button for each word, or a field. */
export function OpenQuestion({ run, events }: { readonly run: RunDetails; readonly events: readonly RunEvent[] }) {
  const may = useMay("run.answer");
  const question = openQuestion(run, events);
  if (question === null) return null;
  return (
    <section className="uncertain" aria-label={words.question.title}>
      <Notice tone="wait" icon={mdiHelpCircle} title={question.say}>
        <p className="dim">{words.question.until(dayAndTime(question.answerBy))}</p>
        {question.sentTo === undefined ? null : <p>{words.question.ofHome(question.sentTo)}</p>}
        {may ? <AnswerForm run={run} question={question} /> : <p className="dim">{words.question.mayNot}</p>}
      </Notice>
    </section>
  );
}

function AnswerForm({ run, question: { step, answers } }: { run: RunDetails; question: Question }) {
  const [said, setSaid] = useState("");
  const answer = useAction("run.answer", { outdates: ["run.get", "run.list"] });
  const send = (given: Answer): void => answer.mutate({ runId: run.id, step, answer: given });
  if (typeof answers !== "string") {
    return (
      <div className="uncertain-form">
        <Group gap="sm">
          {answers.map((word) => (
            <Button key={word} variant="default" disabled={answer.isPending} onClick={() => send(word)}>
              {answerWords(word)}
            </Button>
          ))}
        </Group>
        <ErrorMessage error={answer.error} />
      </div>
    );
  }
  return (
    <form
      className="uncertain-form"
      onSubmit={(event) => {
        event.preventDefault();
        send(said);
      }}
    >
      <TextInput
        label={answers === "number" ? words.question.number : words.question.text}
        inputMode={answers === "number" ? "decimal" : "text"}
        value={said}
        onChange={(event) => setSaid(event.currentTarget.value)}
        maxLength={1000}
        required
      />
      <ErrorMessage error={answer.error} />
      <Group>
        <Button type="submit" loading={answer.isPending} disabled={said.trim() === ""}>
          {words.question.send}
        </Button>
      </Group>
    </form>
  );
}
