import type { RunDetails } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiFileDownloadOutline } from "@mdi/js";
import { useAction } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { saveFile } from "../../ui/save-file.ts";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";

/** All that proves what a run did, as one file. */
export function TakeEvidence({ run }: { run: RunDetails }) {
  const mayTake = useMay("run.evidence");
  const take = useAction("run.evidence", {
    onDone: (evidence) =>
      saveFile(`run-${run.number}-evidence.json`, "application/json", `${JSON.stringify(evidence, null, 2)}\n`),
  });
  if (!mayTake) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon path={mdiFileDownloadOutline} />}
        loading={take.isPending}
        onClick={() => take.mutate({ runId: run.id })}
      >
        {words.runs.evidence}
      </Button>
      <ErrorMessage error={take.error} />
    </>
  );
}
