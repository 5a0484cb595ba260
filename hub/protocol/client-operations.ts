import { z } from "zod";
import { ClientId, ContactId, Moment, SiteId } from "./ids.ts";
import { operation } from "./operation.ts";
import { Client, ContactRole, Name, Phone } from "./sites.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const reviewers = { roles: ["principal", "senior"] } as const;

/** A home of a client. One that left is kept for a while, and then everything about it is erased. */
export const ClientSite = z.object({
  id: SiteId,
  number: z.number().int(),
  name: Name,
  town: z.string().nullable(),
  removedAt: Moment.nullable(),
  erasedAfter: Moment.nullable(),
});
export type ClientSite = z.infer<typeof ClientSite>;

export const ClientDetails = Client.extend({ sites: z.array(ClientSite) });
export type ClientDetails = z.infer<typeof ClientDetails>;

/** Somebody who can be asked no more, and of whom something is kept still. */
export const FormerContact = z.object({
  id: ContactId,
  siteId: SiteId,
  name: Name,
  role: ContactRole,
  /** Null where they did not leave, but their home did. */
  removedAt: Moment.nullable(),
});
export type FormerContact = z.infer<typeof FormerContact>;

/** Whose homes they are. Part of the table in operations.ts. */
export const clientOperations = {
  "client.get": operation({
    path: "GET /clients/{clientId}",
    summary: "A client, with their homes, also those that left and are kept still",
    input: z.strictObject({ clientId: ClientId }),
    output: ClientDetails,
    needs: { who: everyone, on: "client" },
  }),
  "client.update": operation({
    path: "PATCH /clients/{clientId}",
    summary: "Change what a client is called and how they are reached; refused when somebody else changed it meanwhile",
    input: z.strictObject({
      clientId: ClientId,
      version: z.number().int().min(1),
      name: Name.optional(),
      phone: Phone.nullable().optional(),
      email: z.email().max(200).nullable().optional(),
    }),
    output: Client,
    needs: { who: everyone, on: "client" },
    ledger: ["client.changed"],
  }),
  "contact.former": operation({
    path: "GET /sites/{siteId}/former-contacts",
    summary: "People of a home who were removed, or whose home left, and who are not erased yet",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ items: z.array(FormerContact) }),
    needs: { who: reviewers, on: "site" },
  }),
} as const;
