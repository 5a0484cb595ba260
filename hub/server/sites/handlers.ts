import { clientHandlers } from "./clients.ts";
import { contactChangeHandlers } from "./contact-changes.ts";
import { contactHandlers } from "./contacts.ts";
import type { SitesDeps } from "./deps.ts";
import { deviceHandlers } from "./devices.ts";
import { emergencyHandlers } from "./emergency.ts";
import { scopesHandlers } from "./scopes.ts";
import { siteHandlers } from "./sites.ts";
import { viewLimitHandlers } from "./view-limits.ts";

/** Clients, their sites, the people who live there, what they allow for good, and what people say of devices. */
export function sitesHandlers(deps: SitesDeps) {
  return {
    ...clientHandlers(deps),
    ...contactHandlers(deps),
    ...contactChangeHandlers(deps),
    ...siteHandlers(deps),
    ...scopesHandlers(deps),
    ...deviceHandlers(deps),
    ...viewLimitHandlers(deps),
    ...emergencyHandlers(deps),
  };
}
