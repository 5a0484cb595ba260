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
import { isCaretakerError } from "@caretaker/protocol";
import { FleetSearch } from "./fleet/fleet-search.ts";
import { meQuery } from "./session.ts";
import { Crashed, NotFound } from "./Crashed.tsx";
import { Shell } from "./Shell.tsx";

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

// ---- Inside ----

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(meQuery);
    } catch (error) {
      if (!isCaretakerError(error, "not_signed_in") && !isCaretakerError(error, "second_factor_needed")) throw error;
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href } });
    }
  },
});

const fleet = createRoute({
  getParentRoute: () => inside,
  path: "/",
  validateSearch: FleetSearch,
  component: lazyRouteComponent(() => import("./fleet/FleetPage.tsx"), "FleetPage"),
});

const tree = root.addChildren([
  signIn,
  setup,
  invitation,
  inside.addChildren([
    fleet,
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
