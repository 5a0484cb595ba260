import type { Freeze } from "@caretaker/protocol";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";
import { useMe } from "../session.ts";
import { isAloneIn } from "./concerns.ts";
import { freezeName } from "./FreezeBanner.tsx";

/** Asks for the second person that lifting needs; who is alone reads that it takes an hour instead. */
export function LiftFreeze({ freeze, onClose }: { freeze: Freeze; onClose: () => void }) {
  const me = useMe();
  const people = useOperation("person.list", {});
  const [reason, setReason] = useState("");
  const lift = useAction("freeze.lift", { outdates: ["approval.list", "freeze.list"], onDone: onClose });
  const isAlone = isAloneIn(people.data?.people ?? [], me.person);
  // Only a home's own freeze names a home, and so somebody to tell.
  const alone = freeze.kind === "site" ? [words.freeze.liftAlone, words.freeze.liftTold] : [words.freeze.liftAlone];
  return (
    <Confirm
      title={words.freeze.liftTitle(freezeName(freeze))}
      text={[...(isAlone ? alone : [words.freeze.liftSecond]), words.freeze.startsNothing].join(" ")}
      action={words.freeze.lift}
      isOpen
      isBusy={lift.isPending}
      canConfirm={reason.trim().length >= 3}
      error={lift.error}
      onConfirm={() => lift.mutate({ kind: freeze.kind, subject: freeze.subject, reason })}
      onClose={onClose}
    >
      <TextInput
        label={words.freeze.liftReason}
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
