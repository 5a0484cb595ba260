import type { Finding, Gateway, RunbookSummary, SiteId } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiAlertCircle, mdiPowerPlugOffOutline, mdiStethoscope, mdiWrenchOutline } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { Icon } from "../../ui/Icon.tsx";
import { GATEWAY_LOOKS, runLook } from "../../ui/looks.ts";
import { Since } from "../../ui/Since.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { reasonDetail, reasonWords } from "../../words/reasons.ts";
import { useMay } from "../session.ts";
import {
  hasFailed,
  needsSignIn,
  poweredBridge,
  type SiteProblem,
  type Suggestion,
  suggestionsFor,
  type Tried,
} from "./problems.ts";

interface ProblemCardProps {
  readonly siteId: SiteId;
  readonly problem: SiteProblem;
  readonly runbooks: readonly RunbookSummary[];
  readonly gateways: readonly Gateway[];
  readonly findings: readonly Finding[];
}

/** One problem: what, why, since when, and the button that may mend it. */
export function ProblemCard({ siteId, problem, runbooks, gateways, findings }: ProblemCardProps) {
  const mayStart = useMay("run.start");
  const suggestions = suggestionsFor(problem, runbooks, gateways, findings);
  return (
    <li className="problem">
      <ProblemHead problem={problem} />
      <div className="problem-fixes">
        {mayStart ? <FixButtons siteId={siteId} suggestions={suggestions} /> : null}
        {mayStart && problem.kind === "gateway" ? <FindOutWhy gateway={problem.gateway} runbooks={runbooks} /> : null}
        <ProblemHint siteId={siteId} problem={problem} gateways={gateways} />
      </div>
    </li>
  );
}

function ProblemHead({ problem }: { problem: SiteProblem }) {
  switch (problem.kind) {
    case "gateway":
      return (
        <div className="problem-head">
          <Mark look={GATEWAY_LOOKS[problem.gateway.state]} />
          <p className="problem-name">{problem.gateway.name}</p>
          <p className="problem-why">
            {reasonWords(problem.gateway.reason)} · <Since moment={problem.gateway.since} />
          </p>
          <Detail reason={problem.gateway.reason} />
        </div>
      );
    case "integration": {
      const { integration } = problem;
      return (
        <div className="problem-head">
          <Mark look={{ icon: mdiAlertCircle, tone: "bad", word: words.site.integration }} />
          <p className="problem-name">{integration.name}</p>
          <p className="problem-why">
            {integration.needsSignIn
              ? words.site.needsSignIn
              : integration.state === "loaded"
                ? words.site.silentEntities(integration.unavailable, integration.entities)
                : words.site.integrationState(integration.state, integration.reason)}
          </p>
        </div>
      );
    }
    case "device":
      return (
        <div className="problem-head">
          <Mark look={{ icon: mdiPowerPlugOffOutline, tone: "bad", word: words.site.device }} />
          <p className="problem-name">{problem.device.name}</p>
          <p className="problem-why">
            {words.site.deviceSilent}
            {problem.since === null ? null : (
              <>
                {" · "}
                <Since moment={problem.since} />
              </>
            )}
          </p>
        </div>
      );
    default:
      return problem satisfies never;
  }
}

/** What the gateway, or its maker, said: it mostly names what to do. */
function Detail({ reason }: { reason: Gateway["reason"] }) {
  const detail = reasonDetail(reason);
  return detail === null ? null : <p className="problem-why">{detail}</p>;
}

/** What can be tried, with what was: what did not help stays, after the others, and says so. */
export function FixButtons({ siteId, suggestions }: { siteId: SiteId; suggestions: readonly Suggestion[] }) {
  return suggestions.map((suggestion, at) => (
    <div key={suggestion.runbook.id} className="fix">
      <FixButton siteId={siteId} suggestion={suggestion} isFirst={at === 0 && !hasFailed(suggestion)} />
      {suggestion.tried === undefined ? null : <TriedLine tried={suggestion.tried} />}
    </div>
  ));
}

function TriedLine({ tried }: { tried: Tried }) {
  const { id, number, status, outcome, at } = tried;
  return (
    <p className="fix-tried">
      <Mark look={runLook({ status, outcome, hasUncertainStep: false })} />{" "}
      <Link to="/runs/$runId" params={{ runId: id }}>
        {words.runs.number(number)}
      </Link>{" "}
      <Since moment={at} isAgo />
    </p>
  );
}

const WHY_AWAY = /^gateway-offline$/;
/** Such as `control4/director-auth`: the make's own, for a gateway that answers and does not let us in. */
const WHY_REFUSED = /-auth$/;
const REFUSALS: ReadonlySet<Gateway["state"]> = new Set(["credentials_refused", "access_withdrawn", "unsupported"]);

/** Why a gateway is away can be looked for while it is: what that takes is read by the hub itself. */
function FindOutWhy({ gateway, runbooks }: { gateway: Gateway; runbooks: readonly RunbookSummary[] }) {
  const own = runbooks.filter(({ connectors, readsOnly }) => readsOnly && connectors.includes(gateway.connector));
  const refused = REFUSALS.has(gateway.state) ? own.find(({ id }) => WHY_REFUSED.test(id)) : undefined;
  const runbook = refused ?? own.find(({ id }) => WHY_AWAY.test(id));
  if (runbook === undefined) return null;
  return (
    <Button
      size="xs"
      className="fix-button"
      variant="default"
      renderRoot={(props) => (
        <Link
          to="/sites/$siteId/start"
          params={{ siteId: gateway.siteId }}
          search={{ runbook: runbook.id, gateway: gateway.id }}
          {...props}
        />
      )}
      leftSection={<Icon path={mdiStethoscope} size={16} />}
    >
      {runbook.title}
    </Button>
  );
}

interface FixButtonProps {
  readonly siteId: SiteId;
  readonly suggestion: Suggestion;
  readonly isFirst: boolean;
}

function FixButton({ siteId, suggestion, isFirst }: FixButtonProps) {
  const { runbook, inputs } = suggestion;
  return (
    <Button
      size="xs"
      className="fix-button"
      variant={isFirst ? "filled" : "default"}
      renderRoot={(props) => (
        <Link to="/sites/$siteId/start" params={{ siteId }} search={{ runbook: runbook.id, inputs }} {...props} />
      )}
      leftSection={<Icon path={mdiWrenchOutline} size={16} />}
    >
      {runbook.title}
    </Button>
  );
}

/** What would make more fixes possible, or what to do where no runbook helps. */
function ProblemHint({ siteId, problem, gateways }: Pick<ProblemCardProps, "siteId" | "problem" | "gateways">) {
  if (problem.kind === "gateway") {
    return (
      <Link to="/sites/$siteId/gateways" params={{ siteId }} className="hint-link">
        {words.site.seeGateway}
      </Link>
    );
  }
  if (problem.kind === "integration" && needsSignIn(problem)) {
    const gateway = gateways.find(({ id }) => id === problem.integration.gatewayId);
    return <p className="problem-why">{words.site.signInAgain(gateway?.connectorName ?? words.site.gateway)}</p>;
  }
  if (problem.kind === "device" || poweredBridge(problem.devices)) return null;
  const bridge = problem.devices.find((device) => device.kind === "bridge");
  if (!bridge) return null;
  return (
    <Link to="/sites/$siteId/devices" params={{ siteId }} search={{ device: bridge.id }} className="hint-link">
      {words.site.sayWhatPowers(bridge.name)}
    </Link>
  );
}
