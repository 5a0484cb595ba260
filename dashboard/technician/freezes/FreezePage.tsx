import "./freezes.css";
import type { Approval, Freeze } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiLockOpenOutline, mdiSnowflake } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { FREEZE_LOOK } from "../../ui/looks.ts";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import { FrozenBy, freezeName, useFreezes } from "./FreezeBanner.tsx";
import { FreezeForm } from "./FreezeForm.tsx";
import { LiftFreeze } from "./LiftFreeze.tsx";

/** What is stopped, and the brake. */
export function FreezePage() {
  const mayFreeze = useMay("freeze.set");
  const freezes = useFreezes();
  const waiting = useOperation("approval.list", { waiting: "true" }, { refetchInterval: 5000 });
  return (
    <Page title={words.freeze.title}>
      {freezes.isPending ? <Skeletons rows={2} height={56} /> : null}
      <ErrorMessage error={freezes.error} onRetry={() => void freezes.refetch()} />
      <div className="stack">
        {freezes.data?.items.length === 0 ? (
          <EmptyState icon={mdiSnowflake} title={words.freeze.empty} text={words.freeze.emptyText} />
        ) : null}
        {freezes.data && freezes.data.items.length > 0 ? (
          <Panel title={words.freeze.now} text={words.freeze.nowText} isFlush>
            <ul className="freezes">
              {freezes.data.items.map((freeze) => (
                <FreezeLine
                  key={`${freeze.kind} ${freeze.subject}`}
                  freeze={freeze}
                  asked={liftOf(freeze, waiting.data?.items ?? [])}
                />
              ))}
            </ul>
          </Panel>
        ) : null}
        {mayFreeze ? <FreezeForm /> : null}
      </div>
    </Page>
  );
}

/** The wish to lift this freeze that waits for a second person. */
function liftOf({ kind, subject }: Freeze, waiting: readonly Approval[]): Approval | undefined {
  return waiting.find((each) => each.kind === "freeze.lift" && each.subject === `${kind}:${subject}`);
}

function FreezeLine({ freeze, asked }: { freeze: Freeze; asked: Approval | undefined }) {
  const mayLift = useMay("freeze.lift");
  const [isAsking, setAsking] = useState(false);
  return (
    <li className="freeze">
      <Mark look={FREEZE_LOOK} />
      <span className="freeze-main">
        <span className="freeze-name">{freezeName(freeze)}</span>
        <span>{freeze.reason}</span>
        <FrozenBy freeze={freeze} />
      </span>
      {asked !== undefined ? (
        <Link to="/second-person">{words.freeze.waits(asked.requestedBy)}</Link>
      ) : mayLift ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon path={mdiLockOpenOutline} size={16} />}
          aria-label={words.freeze.liftOf(freezeName(freeze))}
          onClick={() => setAsking(true)}
        >
          {words.freeze.lift}
        </Button>
      ) : null}
      {isAsking ? <LiftFreeze freeze={freeze} onClose={() => setAsking(false)} /> : null}
    </li>
  );
}
