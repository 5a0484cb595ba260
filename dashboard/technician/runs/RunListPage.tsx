import { RunStatus } from "@caretaker/protocol";
import { Button, Select } from "@mantine/core";
import { mdiPlayBoxOutline } from "@mdi/js";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { api } from "../../live/api.ts";
import { useFleet, useRows } from "../../live/hooks.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { RUN_STATUS_WORDS } from "../../words/states.ts";
import { merged, RunRows } from "./RunRows.tsx";

const route = getRouteApi("/inside/runs");

/** What is being done, and what was. */
export function RunListPage() {
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const { content } = useFleet();
  const live = useRows(content.runs);
  const runs = useInfiniteQuery({
    queryKey: ["run.list", { status, paged: true }],
    queryFn: ({ pageParam, signal }) =>
      api(
        "run.list",
        { limit: 100, ...(status ? { status } : {}), ...(pageParam === null ? {} : { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
  const known = runs.data?.pages.flatMap((each) => each.items) ?? [];
  const all = merged(live, known).filter((run) => status === undefined || run.status === status);
  const active = all.filter((run) => run.finishedAt === null);
  const over = all.filter((run) => run.finishedAt !== null);
  return (
    <Page
      title={words.runs.title}
      actions={
        <Select
          aria-label={words.runs.filter}
          placeholder={words.runs.everyStatus}
          data={RunStatus.options.map((value) => ({ value, label: RUN_STATUS_WORDS[value] }))}
          value={status ?? null}
          onChange={(value) => {
            const next = RunStatus.safeParse(value);
            void navigate({ search: next.success ? { status: next.data } : {}, replace: true });
          }}
          clearable
          clearButtonProps={{ "aria-label": words.runs.everyStatus }}
        />
      }
    >
      {runs.isPending ? <Skeletons rows={6} height={52} /> : null}
      <ErrorMessage error={runs.error} onRetry={() => void runs.refetch()} />
      {runs.isSuccess && all.length === 0 ? (
        <EmptyState icon={mdiPlayBoxOutline} title={words.runs.empty} text={words.runs.emptyText}>
          <Button variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
            {words.shell.toSites}
          </Button>
        </EmptyState>
      ) : null}
      <div className="stack">
        {active.length > 0 ? (
          <Panel title={words.runs.now} isFlush>
            <RunRows runs={active} />
          </Panel>
        ) : null}
        {over.length > 0 ? (
          <Panel title={words.runs.over} isFlush>
            <RunRows runs={over} />
          </Panel>
        ) : null}
        {runs.hasNextPage ? (
          <Button variant="default" loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
            {words.common.more}
          </Button>
        ) : null}
      </div>
    </Page>
  );
}
