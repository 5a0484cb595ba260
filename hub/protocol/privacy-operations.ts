import { z } from "zod";
import { ContactId, Moment, PersonId, SiteId } from "./ids.ts";
import { operation } from "./operation.ts";

const principal = { roles: ["principal"] } as const;
const reviewers = { roles: ["principal", "senior"] } as const;

/** Where a person may still be named after that: by what the home and the contract are called, which is no part of it. */
export const STILL_NAMED = ["client", "site", "gateway", "room", "device", "entity"] as const;
export type StillNamed = (typeof STILL_NAMED)[number];

/** How much of a person was, or would be, taken out. */
export const ContactErasure = z.object({
  /** Whose payloads go; the entries stay. */
  ledgerEntries: z.number().int(),
  consents: z.number().int(),
  messages: z.number().int(),
  /** Rows of runs and of the home in which the person was named. */
  runEvents: z.number().int(),
  stillNamed: z.array(z.enum(STILL_NAMED)),
});
export type ContactErasure = z.infer<typeof ContactErasure>;

/** How much of a former colleague was taken out. */
export const PersonErasure = z.object({ ledgerEntries: z.number().int(), rows: z.number().int() });
export type PersonErasure = z.infer<typeof PersonErasure>;

/** All that the hub keeps of one person of a home. */
export const PersonalData = z.object({
  madeAt: Moment,
  contact: z.record(z.string(), z.unknown()),
  askedOnPhone: z.record(z.string(), z.unknown()).nullable(),
  questions: z.array(z.record(z.string(), z.unknown())),
  /** What runs asked them, which allows nothing. */
  asked: z.array(z.record(z.string(), z.unknown())),
  messages: z.array(z.record(z.string(), z.unknown())),
  allowedForGood: z.array(z.record(z.string(), z.unknown())),
  /** Of runs in which they are named. */
  runs: z.array(z.record(z.string(), z.unknown())),
  ledger: z.array(z.object({ number: z.number().int(), at: Moment, event: z.string(), payload: z.unknown() })),
});
export type PersonalData = z.infer<typeof PersonalData>;

/** What a person of a home may ask for. Part of the table in operations.ts. */
export const privacyOperations = {
  "contact.export": operation({
    path: "POST /sites/{siteId}/contacts/{contactId}/export",
    summary: "All that is kept of this person, to hand it to them",
    input: z.strictObject({ siteId: SiteId, contactId: ContactId }),
    output: PersonalData,
    needs: { who: reviewers, on: "site" },
    ledger: ["contact.exported"],
  }),
  "contact.erase": operation({
    path: "POST /sites/{siteId}/contacts/{contactId}/erase",
    summary: "Erase a person: rows lose their words, ledger entries their payloads. With `preview` it only counts",
    input: z.strictObject({
      siteId: SiteId,
      contactId: ContactId,
      reason: z.string().trim().min(3).max(300),
      preview: z.boolean().default(false),
    }),
    output: ContactErasure,
    needs: { who: principal, on: "site", freshFactor: true, noKeys: true },
    ledger: ["contact.erased", "ledger.erased"],
  }),
  "person.erase": operation({
    path: "POST /people/{personId}/erase",
    summary:
      "Erase a former colleague, who was shut out before: what he did stays, without his name. With `preview` it only counts",
    input: z.strictObject({
      personId: PersonId,
      reason: z.string().trim().min(3).max(300),
      preview: z.boolean().default(false),
    }),
    output: PersonErasure,
    needs: { who: principal, on: "person", freshFactor: true, noKeys: true },
    ledger: ["person.erased", "ledger.erased"],
  }),
} as const;
