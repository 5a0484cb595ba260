import {
  type ClientId,
  type GatewayId,
  isCaretakerError,
  type RolloutId,
  type RunbookId,
  type RunId,
  RunStatus,
  type SiteId,
} from "@caretaker/protocol";
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { z } from "zod";
import { Crashed, NotFound } from "./Crashed.tsx";
import { FleetSearch } from "./fleet/fleet-search.ts";
import { Shell } from "./Shell.tsx";
import { meQuery } from "./session.ts";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Crashed,
});

const words = z.coerce.string().optional().catch(undefined);

// ---- Doors: pages for people who are not signed in ----

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: z.object({ next: words }),
  component: lazyRouteComponent(() => import("./doors/SignInPage.tsx"), "SignInPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: z.object({ token: words }),
  component: lazyRouteComponent(() => import("./doors/SetupPage.tsx"), "SetupPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitations/$token",
  component: lazyRouteComponent(() => import("./doors/InvitationPage.tsx"), "InvitationPage"),
});

const secondFactor = createRoute({
  getParentRoute: () => root,
  path: "/second-factor",
  validateSearch: z.object({ next: words }),
  component: lazyRouteComponent(() => import("./doors/SecondFactorPage.tsx"), "SecondFactorPage"),
});

// ---- Inside ----

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const search = location.href === "/" ? {} : { next: location.href };
    const me = await context.queries.ensureQueryData(meQuery).catch((error: unknown) => {
      throw isCaretakerError(error, "not_signed_in") ? redirect({ to: "/sign-in", search }) : error;
    });
    if (me.factorAt === null) throw redirect({ to: "/second-factor", search });
  },
});

const fleet = createRoute({
  getParentRoute: () => inside,
  path: "/",
  validateSearch: FleetSearch,
  component: lazyRouteComponent(() => import("./fleet/FleetPage.tsx"), "FleetPage"),
});

const siteNew = createRoute({
  getParentRoute: () => inside,
  path: "/sites/new",
  component: lazyRouteComponent(() => import("./sites/SiteNewPage.tsx"), "SiteNewPage"),
});

const site = createRoute({
  getParentRoute: () => inside,
  path: "/sites/$siteId",
  params: { parse: ({ siteId }) => ({ siteId: siteId as SiteId }) },
  component: lazyRouteComponent(() => import("./site/SitePage.tsx"), "SitePage"),
});

const siteOverview = createRoute({
  getParentRoute: () => site,
  path: "/",
  component: lazyRouteComponent(() => import("./site/OverviewTab.tsx"), "OverviewTab"),
});

const siteDevices = createRoute({
  getParentRoute: () => site,
  path: "/devices",
  validateSearch: z.object({ q: words, device: words, only: z.enum(["ill"]).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import("./site/DevicesTab.tsx"), "DevicesTab"),
});

const siteIntegrations = createRoute({
  getParentRoute: () => site,
  path: "/integrations",
  component: lazyRouteComponent(() => import("./site/IntegrationsTab.tsx"), "IntegrationsTab"),
});

const siteFindings = createRoute({
  getParentRoute: () => site,
  path: "/findings",
  component: lazyRouteComponent(() => import("./site/FindingsTab.tsx"), "FindingsTab"),
});

const siteRuns = createRoute({
  getParentRoute: () => site,
  path: "/runs",
  component: lazyRouteComponent(() => import("./site/RunsTab.tsx"), "RunsTab"),
});

const siteLog = createRoute({
  getParentRoute: () => site,
  path: "/log",
  component: lazyRouteComponent(() => import("./site/LogTab.tsx"), "LogTab"),
});

const siteConsent = createRoute({
  getParentRoute: () => site,
  path: "/consent",
  component: lazyRouteComponent(() => import("./site/ConsentTab.tsx"), "ConsentTab"),
});

const siteGateways = createRoute({
  getParentRoute: () => site,
  path: "/gateways",
  component: lazyRouteComponent(() => import("./site/GatewaysTab.tsx"), "GatewaysTab"),
});

const gatewayNew = createRoute({
  getParentRoute: () => inside,
  path: "/sites/$siteId/gateways/new",
  params: { parse: ({ siteId }) => ({ siteId: siteId as SiteId }) },
  component: lazyRouteComponent(() => import("./sites/GatewayNewPage.tsx"), "GatewayNewPage"),
});

const runbookId = z
  .string()
  .transform((id) => id as RunbookId)
  .optional()
  .catch(undefined);

const gatewayId = z
  .string()
  .transform((id) => id as GatewayId)
  .optional()
  .catch(undefined);

const runNew = createRoute({
  getParentRoute: () => inside,
  path: "/sites/$siteId/start",
  params: { parse: ({ siteId }) => ({ siteId: siteId as SiteId }) },
  /** `inputs` and the gateway may be filled in by whoever links here. */
  validateSearch: z.object({
    runbook: runbookId,
    gateway: gatewayId,
    inputs: z.record(z.string(), z.string()).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import("./runs/RunNewPage.tsx"), "RunNewPage"),
});

const runs = createRoute({
  getParentRoute: () => inside,
  path: "/runs",
  validateSearch: z.object({ status: RunStatus.optional().catch(undefined) }),
  component: lazyRouteComponent(() => import("./runs/RunListPage.tsx"), "RunListPage"),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: "/runs/$runId",
  params: { parse: ({ runId }) => ({ runId: runId as RunId }) },
  validateSearch: z.object({ step: words }),
  component: lazyRouteComponent(() => import("./runs/RunPage.tsx"), "RunPage"),
});

const runbooks = createRoute({
  getParentRoute: () => inside,
  path: "/runbooks",
  component: lazyRouteComponent(() => import("./runbooks/RunbookListPage.tsx"), "RunbookListPage"),
});

const runbook = createRoute({
  getParentRoute: () => inside,
  path: "/runbooks/$connector/$name",
  component: lazyRouteComponent(() => import("./runbooks/RunbookPage.tsx"), "RunbookPage"),
});

const draft = createRoute({
  getParentRoute: () => inside,
  path: "/runbooks/drafts/$name",
  component: lazyRouteComponent(() => import("./runbooks/drafts/DraftPage.tsx"), "DraftPage"),
});

const automaticRuns = createRoute({
  getParentRoute: () => inside,
  path: "/automatic-runs",
  component: lazyRouteComponent(() => import("./upkeep/AutomaticRunsPage.tsx"), "AutomaticRunsPage"),
});

const rollouts = createRoute({
  getParentRoute: () => inside,
  path: "/rollouts",
  component: lazyRouteComponent(() => import("./rollouts/RolloutListPage.tsx"), "RolloutListPage"),
});

const rolloutNew = createRoute({
  getParentRoute: () => inside,
  path: "/rollouts/new",
  validateSearch: z.object({
    runbook: runbookId,
    /** A rehearsal of it that has ended: its homes are taken over. */
    rehearsal: z
      .string()
      .transform((id) => id as RolloutId)
      .optional()
      .catch(undefined),
  }),
  component: lazyRouteComponent(() => import("./rollouts/RolloutNewPage.tsx"), "RolloutNewPage"),
});

const rollout = createRoute({
  getParentRoute: () => inside,
  path: "/rollouts/$rolloutId",
  params: { parse: ({ rolloutId }) => ({ rolloutId: rolloutId as RolloutId }) },
  component: lazyRouteComponent(() => import("./rollouts/RolloutPage.tsx"), "RolloutPage"),
});

const clients = createRoute({
  getParentRoute: () => inside,
  path: "/clients",
  component: lazyRouteComponent(() => import("./clients/ClientListPage.tsx"), "ClientListPage"),
});

const client = createRoute({
  getParentRoute: () => inside,
  path: "/clients/$clientId",
  params: { parse: ({ clientId }) => ({ clientId: clientId as ClientId }) },
  component: lazyRouteComponent(() => import("./clients/ClientPage.tsx"), "ClientPage"),
});

const people = createRoute({
  getParentRoute: () => inside,
  path: "/people",
  component: lazyRouteComponent(() => import("./people/PeoplePage.tsx"), "PeoplePage"),
});

const keys = createRoute({
  getParentRoute: () => inside,
  path: "/keys",
  component: lazyRouteComponent(() => import("./people/KeysPage.tsx"), "KeysPage"),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: "/account",
  component: lazyRouteComponent(() => import("./people/AccountPage.tsx"), "AccountPage"),
});

const ledger = createRoute({
  getParentRoute: () => inside,
  path: "/ledger",
  validateSearch: z.object({ site: words }),
  component: lazyRouteComponent(() => import("./ledger/LedgerPage.tsx"), "LedgerPage"),
});

const outbox = createRoute({
  getParentRoute: () => inside,
  path: "/messages",
  validateSearch: z.object({ open: words }),
  component: lazyRouteComponent(() => import("./outbox/OutboxPage.tsx"), "OutboxPage"),
});

const freeze = createRoute({
  getParentRoute: () => inside,
  path: "/freeze",
  component: lazyRouteComponent(() => import("./freezes/FreezePage.tsx"), "FreezePage"),
});

const backups = createRoute({
  getParentRoute: () => inside,
  path: "/backups",
  component: lazyRouteComponent(() => import("./backups/BackupsPage.tsx"), "BackupsPage"),
});

const secondPerson = createRoute({
  getParentRoute: () => inside,
  path: "/second-person",
  component: lazyRouteComponent(() => import("./approvals/ApprovalsPage.tsx"), "ApprovalsPage"),
});

const more = createRoute({
  getParentRoute: () => inside,
  path: "/more",
  component: lazyRouteComponent(() => import("./MorePage.tsx"), "MorePage"),
});

const tree = root.addChildren([
  signIn,
  setup,
  invitation,
  secondFactor,
  inside.addChildren([
    fleet,
    siteNew,
    site.addChildren([
      siteOverview,
      siteDevices,
      siteIntegrations,
      siteFindings,
      siteRuns,
      siteLog,
      siteConsent,
      siteGateways,
    ]),
    gatewayNew,
    runNew,
    runs,
    run,
    runbooks,
    runbook,
    draft,
    automaticRuns,
    rollouts,
    rolloutNew,
    rollout,
    clients,
    client,
    people,
    keys,
    account,
    ledger,
    outbox,
    freeze,
    backups,
    secondPerson,
    more,
  ]),
]);

export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    defaultPendingMs: 300,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
