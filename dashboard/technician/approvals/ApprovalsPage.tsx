import "./approvals.css";
import type { Approval } from "@caretaker/protocol";
import { mdiAccountMultipleCheckOutline } from "@mdi/js";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { APPROVAL_LOOKS } from "../../ui/looks.ts";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { MoreHomes } from "./MoreHomes.tsx";
import { WaitingApproval } from "./WaitingApproval.tsx";

/** What one person may not do alone: read it, and say yes or no. */
export function ApprovalsPage() {
  const waiting = useOperation("approval.list", { waiting: "true" }, { refetchInterval: 5000 });
  const answered = useOperation("approval.list", { waiting: "false" }, { refetchInterval: 30_000 });
  return (
    <Page title={words.approvals.title}>
      {waiting.isPending ? <Skeletons rows={2} height={120} /> : null}
      <ErrorMessage error={waiting.error} onRetry={() => void waiting.refetch()} />
      <div className="stack">
        {waiting.data?.items.length === 0 ? (
          <EmptyState
            icon={mdiAccountMultipleCheckOutline}
            title={words.approvals.empty}
            text={words.approvals.emptyText}
          />
        ) : null}
        {waiting.data?.items.map((approval) => (
          <WaitingApproval key={approval.id} approval={approval} />
        ))}
        <MoreHomes />
        <ErrorMessage error={answered.error} onRetry={() => void answered.refetch()} />
        {answered.data && answered.data.items.length > 0 ? (
          <Panel title={words.approvals.answered} isFlush>
            <ul className="approvals">
              {answered.data.items.map((approval) => (
                <AnsweredLine key={approval.id} approval={approval} />
              ))}
            </ul>
          </Panel>
        ) : null}
      </div>
    </Page>
  );
}

function AnsweredLine({ approval }: { approval: Approval }) {
  const { answeredBy, answerReason, requestedBy, isAlone, status } = approval;
  return (
    <li className="approval">
      <Mark look={APPROVAL_LOOKS[status]} />
      <span className="approval-main">
        <span className="approval-title">{approval.title}</span>
        <span className="cell-second">
          {words.approvals.asked(requestedBy)}
          {answeredBy === null ? null : ` · ${words.approvals.answeredBy(answeredBy)}`}
          {answerReason === null ? null : `: ${answerReason}`}
          {isAlone && status === "given" ? ` · ${words.approvals.nobodyElse}` : null}
        </span>
      </span>
      <Since moment={approval.answeredAt ?? approval.expiresAt} isAgo />
    </li>
  );
}
