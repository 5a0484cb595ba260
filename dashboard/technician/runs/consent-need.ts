import {
  type Contact,
  type RunbookSummary,
  type Scope,
  type Site,
  StandingScope,
  scopeRank,
} from "@caretaker/protocol";
import { stands } from "../site/standing-end.ts";

/** Whether this site's standing consent covers the scope; what is disruptive is asked each time. */
export function isCovered(site: Pick<Site, "scopes">, scope: Scope, now: number): boolean {
  const standing = StandingScope.safeParse(scope);
  return (
    standing.success && site.scopes.some((given) => stands(given, now) && scopeRank(given.scope) >= scopeRank(scope))
  );
}

/** The person the hub would ask: verified, at rest no more, the owner of the home before others. */
export function whoIsAsked(site: Pick<Site, "contacts">, scope: Scope, now: number): Contact | null {
  const order: Record<Contact["role"], number> = { owner: 0, adult: 1, manager: 2 };
  const able = site.contacts.filter(
    (contact) =>
      contact.email !== null &&
      contact.verifiedAt !== null &&
      (contact.restsUntil === null || Date.parse(contact.restsUntil) <= now) &&
      (contact.role !== "manager" || scope !== "disruptive"),
  );
  return able.sort((a, b) => order[a.role] - order[b.role])[0] ?? null;
}

export type ConsentNeed =
  | { readonly is: "none" }
  | { readonly is: "ask"; readonly contact: Contact }
  | { readonly is: "nobody" };

/** What starting this runbook here would need of the homeowner. The hub decides; this only says so beforehand. */
export function consentNeed(site: Site, runbook: RunbookSummary, now: number): ConsentNeed {
  if (isCovered(site, runbook.scope, now)) return { is: "none" };
  const contact = whoIsAsked(site, runbook.scope, now);
  return contact ? { is: "ask", contact } : { is: "nobody" };
}
