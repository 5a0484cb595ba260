import type { Standstill } from "@caretaker/protocol";
import { Button, TextInput } from "@mantine/core";
import { mdiHandBackRightOutline } from "@mdi/js";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { words } from "../../words/en.ts";
import { dayAndTime } from "../../words/time.ts";
import { useMay } from "../session.ts";

/** After a restore or a power cut the hub starts nothing by itself; here somebody lets it, having looked. */
export function StandstillBanner() {
  const { data } = useOperation("standstill.get", {}, { refetchInterval: 30_000 });
  const mayEnd = useMay("standstill.end");
  const [isEnding, setEnding] = useState(false);
  const standstill = data?.standstill;
  if (!standstill) return null;
  return (
    <section className="freeze-banner" aria-label={words.standstill.title}>
      <Notice tone="warn" icon={mdiHandBackRightOutline} title={words.standstill.title}>
        <p>{whatHappened(standstill)}</p>
        <p>{words.standstill.look}</p>
        {mayEnd ? (
          <Button size="xs" variant="default" mt="xs" onClick={() => setEnding(true)}>
            {words.standstill.end}
          </Button>
        ) : (
          <p>{words.standstill.whoMay}</p>
        )}
      </Notice>
      {isEnding ? <EndStandstill onClose={() => setEnding(false)} /> : null}
    </section>
  );
}

function whatHappened({ why, since, backupOf }: Standstill): string {
  if (why === "restored" && backupOf !== null)
    return words.standstill.restored(dayAndTime(since), dayAndTime(backupOf));
  return words.standstill.uncleanStop(dayAndTime(since));
}

function EndStandstill({ onClose }: { onClose: () => void }) {
  const [reason, setReason] = useState("");
  const end = useAction("standstill.end", { outdates: ["standstill.get", "ledger.list"], onDone: onClose });
  return (
    <Confirm
      title={words.standstill.endTitle}
      text={words.standstill.endText}
      action={words.standstill.end}
      isOpen
      isBusy={end.isPending}
      canConfirm={reason.trim().length >= 3}
      error={end.error}
      onConfirm={() => end.mutate({ reason })}
      onClose={onClose}
    >
      <TextInput
        label={words.standstill.reason}
        placeholder={words.standstill.reasonExample}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        required
        data-autofocus
      />
    </Confirm>
  );
}
