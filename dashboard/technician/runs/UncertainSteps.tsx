import "./uncertain.css";
import type { RunDetails, RunEvent } from "@caretaker/protocol";
import { Button, Group, Radio, TextInput } from "@mantine/core";
import { mdiHelpCircle } from "@mdi/js";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import type { TimelineStep } from "./timeline.ts";
import { stillLooks, uncertainSteps } from "./uncertain.ts";

interface UncertainStepsProps {
  readonly run: RunDetails;
  readonly steps: readonly TimelineStep[];
  readonly events: readonly RunEvent[];
}

/** Every step of the run that somebody has to look after, each with its own form. */
export function UncertainSteps({ run, steps, events }: UncertainStepsProps) {
  const may = useMay("run.resolve");
  return uncertainSteps(events).map((name) => {
    const title = steps.find((step) => step.name === name)?.title ?? name;
    return (
      <div className="uncertain" key={name}>
        <Notice tone="unknown" icon={mdiHelpCircle} title={words.uncertain.title}>
          {stillLooks(run, name) ? (
            <p>{words.uncertain.stillLooks(title)}</p>
          ) : (
            <>
              <p>{words.uncertain.text(title)}</p>
              {may ? <ResolveForm run={run} step={name} /> : <p className="dim">{words.uncertain.mayNot}</p>}
            </>
          )}
        </Notice>
      </div>
    );
  });
}

function ResolveForm({ run, step }: { run: RunDetails; step: string }) {
  const [verdict, setVerdict] = useState<"done" | "not_done" | null>(null);
  const [reason, setReason] = useState("");
  const resolve = useAction("run.resolve", { outdates: ["run.get", "run.list"] });
  return (
    <form
      className="uncertain-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (verdict !== null) resolve.mutate({ runId: run.id, step, verdict, reason });
      }}
    >
      <Radio.Group
        label={words.uncertain.verdict}
        value={verdict}
        onChange={(next) => setVerdict(next === "done" ? "done" : "not_done")}
      >
        <Group gap="lg" mt={4}>
          <Radio value="done" label={words.uncertain.done} />
          <Radio value="not_done" label={words.uncertain.notDone} />
        </Group>
      </Radio.Group>
      <TextInput
        label={words.uncertain.reason}
        placeholder={words.uncertain.reasonExample}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        required
      />
      <ErrorMessage error={resolve.error} />
      <Group>
        <Button type="submit" loading={resolve.isPending} disabled={verdict === null || reason.trim().length < 3}>
          {words.uncertain.record}
        </Button>
      </Group>
    </form>
  );
}
