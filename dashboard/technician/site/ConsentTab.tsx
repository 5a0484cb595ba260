import { type Site, StandingScope } from "@caretaker/protocol";
import { Button, Group, Modal, Stack } from "@mantine/core";
import { mdiCheckCircle, mdiCircleOutline, mdiPencilOutline } from "@mdi/js";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { dateIn } from "../../homeowner/home-time.ts";
import { useAction, useOperation } from "../../live/queries.ts";
import { useNow } from "../../ui/clock.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { EVIDENCE_WORDS, SCOPE_MEANINGS, SCOPE_WORDS } from "../../words/states.ts";
import { day, dayAndTime } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { type ConsentValues, consentMistakes, emptyConsent, newConsent, ScopeFields } from "../sites/ScopeFields.tsx";
import { AskedAtHome } from "./AskedAtHome.tsx";
import { Contacts } from "./Contacts.tsx";
import { Emergency } from "./Emergency.tsx";
import { Raises } from "./Raises.tsx";
import { RemoveSite } from "./RemoveSite.tsx";
import { stands } from "./standing-end.ts";
import { ViewLimits } from "./ViewLimits.tsx";
import "../sites/sites.css";

const route = getRouteApi("/inside/sites/$siteId/consent");

/** What the homeowner allows, since when and how we know; and who can be asked for more. */
export function ConsentTab() {
  const { siteId } = route.useParams();
  const site = useOperation("site.get", { siteId });
  if (!site.data) return <Skeletons rows={4} height={60} />;
  return (
    <div className="two-columns">
      <div className="stack">
        <Standing site={site.data} />
        <ViewLimits site={site.data} />
        <Raises siteId={site.data.id} />
        <Emergency site={site.data} />
      </div>
      <div className="stack">
        <Contacts site={site.data} />
        <AskedAtHome site={site.data} />
        <RemoveSite site={site.data} />
      </div>
    </div>
  );
}

function Standing({ site }: { site: Site }) {
  const may = useMay("scopes.set");
  const [isEditing, setEditing] = useState(false);
  const now = useNow("fast");
  return (
    <Panel
      title={words.consent.standing}
      text={words.siteNew.consentText}
      aside={
        may ? (
          <Button
            size="xs"
            variant="default"
            onClick={() => setEditing(true)}
            leftSection={<Icon path={mdiPencilOutline} size={15} />}
          >
            {words.consent.change}
          </Button>
        ) : undefined
      }
    >
      <ul className="scope-list">
        {StandingScope.options.map((scope) => {
          const said = site.scopes.find((each) => each.scope === scope);
          const given = said !== undefined && stands(said, now) ? said : undefined;
          return (
            <li key={scope} className="scope" data-given={given !== undefined || undefined}>
              <Icon path={given ? mdiCheckCircle : mdiCircleOutline} size={19} />
              <div>
                <p className="scope-name">
                  {SCOPE_WORDS[scope]}
                  <span className="visually-hidden"> {given ? words.consent.given : words.consent.notGiven}</span>
                </p>
                <p className="scope-text">{SCOPE_MEANINGS[scope]}</p>
                {given ? (
                  <p className="scope-evidence">
                    {words.consent.by(given.givenBy, day(given.givenAt, site.timeZone))} ·{" "}
                    {EVIDENCE_WORDS[given.evidence]}
                    {given.evidenceNote === null ? "" : `: ${given.evidenceNote}`} ·{" "}
                    {words.consent.review(day(given.reviewAt, site.timeZone))}
                    {given.until === null ? null : ` · ${words.consent.endsOn(dayAndTime(given.until, site.timeZone))}`}
                  </p>
                ) : null}
                {said?.until != null && given === undefined ? (
                  <p className="scope-evidence">{words.consent.endedOn(dayAndTime(said.until, site.timeZone))}</p>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
      <ChangeScopes key={String(isEditing)} site={site} isOpen={isEditing} onClose={() => setEditing(false)} />
    </Panel>
  );
}

/** The last day of what stands now, for the field in which it may be changed. */
function lastDayOf({ scopes, timeZone }: Site, now: number): string {
  const until = scopes.find((given) => stands(given, now))?.until ?? null;
  return until === null ? "" : dateIn(new Date(Date.parse(until) - 1), timeZone);
}

function ChangeScopes({ site, isOpen, onClose }: { site: Site; isOpen: boolean; onClose: () => void }) {
  const now = useNow();
  const [values, setValues] = useState<ConsentValues>(() => ({
    ...emptyConsent(),
    scopes: site.scopes.filter((given) => stands(given, now)).map((given) => given.scope),
    lastDay: lastDayOf(site, now),
  }));
  const [mistake, setMistake] = useState<string | null>(null);
  const scopes = useOperation("scopes.get", { siteId: site.id }, { enabled: isOpen });
  const set = useAction("scopes.set", { outdates: ["site.get", "scopes.get"], onDone: onClose });
  const suggested = site.contacts.find((contact) => contact.role === "owner")?.name ?? "";
  const handleSubmit = (): void => {
    const wrong = consentMistakes(values);
    setMistake(wrong);
    if (wrong !== null) return;
    set.mutate({
      siteId: site.id,
      ...(scopes.data ? { version: scopes.data.version } : {}),
      ...newConsent(values, suggested, site.timeZone),
    });
  };
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={words.consent.changeTitle}
      size="lg"
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          handleSubmit();
        }}
      >
        <Stack>
          <ScopeFields value={values} onChange={setValues} suggestedName={suggested} error={mistake} />
          {values.scopes.includes("view") ? null : <p className="line-notice">{words.consent.viewWarning}</p>}
          <ErrorMessage error={set.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {words.common.cancel}
            </Button>
            <Button type="submit" loading={set.isPending}>
              {words.consent.record}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
