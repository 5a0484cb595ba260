import "./runbooks.css";
import type { OperationOutput } from "@caretaker/protocol";
import { mdiBookOpenPageVariantOutline, mdiStethoscope, mdiWrenchOutline } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { Makes, useMakeNames } from "../fleet/cells.tsx";
import { Drafts } from "./drafts/Drafts.tsx";
import { pageOf } from "./page-of.ts";
import { RunbookTags } from "./RunbookTags.tsx";

/** What can we check and fix? */
export function RunbookListPage() {
  const runbooks = useOperation("runbook.list", {});
  const names = useMakeNames();
  return (
    <Page title={words.runbooks.title} aside={words.runbooks.aside}>
      {runbooks.isPending ? <Skeletons rows={3} height={110} /> : null}
      <ErrorMessage error={runbooks.error} onRetry={() => void runbooks.refetch()} />
      {runbooks.data?.items.length === 0 ? (
        <EmptyState icon={mdiBookOpenPageVariantOutline} title={words.runbooks.empty} text={words.runbooks.emptyText} />
      ) : null}
      <div className="stack">
        <Drafts />
        <ul className="runbook-cards">
          {runbooks.data?.items.map((runbook) => {
            return (
              <li key={runbook.id} className="runbook-card">
                <Icon path={runbook.readsOnly ? mdiStethoscope : mdiWrenchOutline} size={24} />
                <div>
                  <h2 className="runbook-card-title">
                    <Link to="/runbooks/$connector/$name" params={pageOf(runbook.id)} className="row-link">
                      {runbook.title}
                    </Link>
                  </h2>
                  <p className="runbook-card-tell">{runbook.tell}</p>
                  <RunbookTags runbook={runbook} />
                  <p className="cell-second">
                    <Makes connectors={runbook.connectors} names={names} />
                    <code>{runbook.id}</code> v{runbook.version}
                  </p>
                </div>
              </li>
            );
          })}
        </ul>
        <NotStartable items={runbooks.data?.notStartable ?? []} />
      </div>
    </Page>
  );
}

/** What the firm published and cannot start now: it does not disappear without a word. */
function NotStartable({ items }: { items: OperationOutput<"runbook.list">["notStartable"] }) {
  if (items.length === 0) return null;
  return (
    <Panel title={words.runbooks.notStartable} text={words.runbooks.notStartableText}>
      <ul className="not-startable">
        {items.map(({ id, version, title, kind, words: why }) => {
          return (
            <li key={id}>
              <Link to="/runbooks/$connector/$name" params={pageOf(id)}>
                {title}
              </Link>
              <span className="tag" data-tone={kind === "outdated" ? "warn" : undefined}>
                {words.runbooks.notStartableKinds[kind]}
              </span>
              <span className="cell-second">
                <code>{id}</code> v{version} · {why}
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
