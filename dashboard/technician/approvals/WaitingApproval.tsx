import type { Approval, RolloutId, SiteId } from "@caretaker/protocol";
import { Button, Group } from "@mantine/core";
import { mdiAccountClockOutline, mdiCheck, mdiClose, mdiUndo } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import { APPROVAL_KIND_WORDS } from "../../words/states.ts";
import { dayAndTime } from "../../words/time.ts";
import { Raw } from "../runs/Raw.tsx";
import { useMe } from "../session.ts";
import { AnswerDialog } from "./AnswerDialog.tsx";
import { type MayAnswer, mayAnswer } from "./answers.ts";

/** One wish: who, why, since when and what exactly, and what this person can say to it. */
export function WaitingApproval({ approval }: { approval: Approval }) {
  const may = mayAnswer(approval, useMe(), useNow());
  return (
    <Panel title={approval.title} aside={<span className="tag">{APPROVAL_KIND_WORDS[approval.kind]}</span>}>
      <p className="approval-reason">“{approval.reason}”</p>
      <p className="approval-who">
        {words.approvals.asked(approval.requestedBy)} · <Since moment={approval.requestedAt} isAgo /> ·{" "}
        {words.approvals.until(dayAndTime(approval.expiresAt))}
      </p>
      {approval.siteIds.length > 0 ? <Homes siteIds={approval.siteIds} /> : null}
      {approval.kind === "runbook.publish" ? (
        <p>
          <Link to="/runbooks/drafts/$name" params={{ name: approval.subject.slice("firm/".length) }}>
            {words.approvals.readRunbook}
          </Link>
        </p>
      ) : null}
      {approval.kind === "rollout.wave" ? (
        <p>
          <Link to="/rollouts/$rolloutId" params={{ rolloutId: approval.subject as RolloutId }}>
            {words.approvals.readRollout}
          </Link>
        </p>
      ) : null}
      <Raw label={words.approvals.exactly} value={{ ...approval.details, digest: approval.digest }} />
      <Answers approval={approval} may={may} />
    </Panel>
  );
}

function Homes({ siteIds }: { siteIds: readonly SiteId[] }) {
  const sites = useOperation("site.list", { limit: 2000 });
  return (
    <p className="approval-homes">
      {words.approvals.homes}{" "}
      {siteIds.map((siteId, at) => (
        <span key={siteId}>
          {at === 0 ? "" : ", "}
          <Link to="/sites/$siteId" params={{ siteId }}>
            {sites.data?.items.find(({ id }) => id === siteId)?.name ?? siteId}
          </Link>
        </span>
      ))}
    </p>
  );
}

/** Whoever asked sees that he cannot, and why. */
function Answers({ approval, may }: { approval: Approval; may: MayAnswer }) {
  const [answer, setAnswer] = useState<"give" | "refuse" | null>(null);
  const isOwn = may === "own" || may === "alone_waits" || may === "alone_ready";
  if (may === "look") return <p className="approval-note">{words.approvals.mayNot}</p>;
  return (
    <>
      {isOwn ? (
        <p className="approval-note">
          <Icon path={mdiAccountClockOutline} size={18} />
          <span>{noteOf(approval, may)}</span>
        </p>
      ) : null}
      <Group gap="sm" mt="md">
        {may === "approve" || may === "alone_ready" ? (
          <Button leftSection={<Icon path={mdiCheck} />} onClick={() => setAnswer("give")}>
            {isOwn ? words.approvals.confirm : words.approvals.give}
          </Button>
        ) : null}
        <Button
          variant="default"
          leftSection={<Icon path={isOwn ? mdiUndo : mdiClose} />}
          onClick={() => setAnswer("refuse")}
        >
          {isOwn ? words.approvals.takeBack : words.approvals.refuse}
        </Button>
      </Group>
      {answer === null ? null : (
        <AnswerDialog approval={approval} answer={answer} isOwn={isOwn} onClose={() => setAnswer(null)} />
      )}
    </>
  );
}

function noteOf({ notBefore, siteIds }: Approval, may: MayAnswer): string {
  if (may === "alone_waits" && notBefore !== null) {
    const waits = words.approvals.aloneWaits(dayAndTime(notBefore));
    return siteIds.length > 0 ? `${waits} ${words.approvals.aloneTold}` : waits;
  }
  return may === "alone_ready" ? words.approvals.aloneReady : words.approvals.own;
}
