import type { LedgerVerdict, SiteId } from "@caretaker/protocol";
import { Button, Select } from "@mantine/core";
import {
  mdiCheckDecagramOutline,
  mdiDownloadOutline,
  mdiNotebookCheckOutline,
  mdiShieldAlert,
  mdiShieldCheck,
} from "@mdi/js";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api } from "../../live/api.ts";
import { useFleet, useRows } from "../../live/hooks.tsx";
import { useAction } from "../../live/queries.ts";
import { saveStream } from "../../live/save-stream.ts";
import { Copyable } from "../../ui/Copyable.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import { LedgerRows } from "./LedgerRows.tsx";

const route = getRouteApi("/inside/ledger");
const FIRM = "firm";

/** What was asked, allowed and done, in a chain that nobody can change unseen. */
export function LedgerPage() {
  const { site } = route.useSearch();
  const navigate = route.useNavigate();
  const { content } = useFleet();
  const sites = useRows(content.sites);
  const chain = site === undefined ? {} : { siteId: site as SiteId };
  const ledger = useInfiniteQuery({
    queryKey: ["ledger.list", { ...chain, paged: true }],
    queryFn: ({ pageParam, signal }) =>
      api("ledger.list", { ...chain, limit: 100, ...(pageParam === null ? {} : { before: pageParam }) }, { signal }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.nextBefore,
  });
  const verify = useAction("ledger.verify");
  const download = useMutation({
    mutationFn: () => saveStream("ledger.export", chain, words.ledger.fileName(site ?? FIRM)),
    onSuccess: () => ledger.refetch(),
  });
  const mayDownload = useMay("ledger.export");
  const entries = ledger.data?.pages.flatMap((page) => page.items) ?? [];
  const code = ledger.data?.pages[0]?.code;
  return (
    <Page
      title={words.ledger.title}
      actions={
        <>
          <Select
            aria-label={words.ledger.chain}
            data={[
              { value: FIRM, label: words.ledger.firm },
              ...sites.map((row) => ({ value: row.id as string, label: row.name })),
            ]}
            value={site ?? FIRM}
            onChange={(value) => {
              verify.reset();
              void navigate({ search: value === null || value === FIRM ? {} : { site: value }, replace: true });
            }}
            allowDeselect={false}
            searchable
          />
          {mayDownload ? (
            <Button
              variant="default"
              leftSection={<Icon path={mdiDownloadOutline} />}
              loading={download.isPending}
              onClick={() => download.mutate()}
            >
              {words.ledger.download}
            </Button>
          ) : null}
          <Button
            leftSection={<Icon path={mdiCheckDecagramOutline} />}
            loading={verify.isPending}
            onClick={() => verify.mutate(site === undefined ? {} : { siteId: site as SiteId })}
          >
            {words.ledger.verify}
          </Button>
        </>
      }
    >
      <ErrorMessage error={verify.error ?? download.error} />
      {verify.data ? <Verdict verdict={verify.data} /> : null}
      {ledger.isPending ? <Skeletons rows={6} height={40} /> : null}
      <ErrorMessage error={ledger.error} onRetry={() => void ledger.refetch()} />
      {ledger.isSuccess && entries.length === 0 ? (
        <EmptyState icon={mdiNotebookCheckOutline} title={words.ledger.empty} text={words.ledger.emptyText} />
      ) : null}
      {entries.length > 0 ? (
        <div className="stack">
          <Panel
            title={site === undefined ? words.ledger.firm : words.ledger.ofSite}
            isFlush
            aside={
              code === undefined ? undefined : (
                <>
                  {words.ledger.code} <Copyable text={code} label={words.ledger.copyCode} />
                </>
              )
            }
          >
            <LedgerRows entries={entries} />
          </Panel>
          {ledger.hasNextPage ? (
            <Button variant="default" loading={ledger.isFetchingNextPage} onClick={() => void ledger.fetchNextPage()}>
              {words.common.more}
            </Button>
          ) : null}
        </div>
      ) : null}
    </Page>
  );
}

function Verdict({ verdict }: { verdict: LedgerVerdict }) {
  return (
    <section className="outcome verdict" data-tone={verdict.whole ? "good" : "bad"} role="status">
      <Icon path={verdict.whole ? mdiShieldCheck : mdiShieldAlert} size={30} />
      <div>
        <h2 className="outcome-word">{verdict.whole ? words.ledger.whole : words.ledger.broken}</h2>
        <p>
          {verdict.firstBad === null
            ? words.ledger.checked(verdict.entries, verdict.erased)
            : words.ledger.firstBad(verdict.firstBad.number, verdict.firstBad.why)}
        </p>
      </div>
    </section>
  );
}
