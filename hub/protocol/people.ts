import { z } from "zod";
import { ApiKeyId, InvitationId, Moment, PersonId, SessionId } from "./ids.ts";

/** The principal owns the firm; a senior writes runbooks; a technician fixes; a dispatcher plans. */
export const ROLES = ["principal", "senior", "technician", "dispatcher"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** Who is doing something. `link` is a homeowner with a consent link: it opens that one request and nothing else. */
export type Actor =
  | {
      readonly kind: "person";
      readonly id: PersonId;
      readonly name: string;
      readonly role: Role;
      readonly sessionId: SessionId;
      readonly factorAt: string | null;
    }
  | { readonly kind: "key"; readonly id: ApiKeyId; readonly name: string; readonly role: Role }
  | { readonly kind: "link" }
  | { readonly kind: "stranger" };

/** The role an actor works in, or null for a stranger or a homeowner's link. */
export function roleOf(actor: Actor): Role | null {
  return actor.kind === "person" || actor.kind === "key" ? actor.role : null;
}

export const Person = z.object({
  id: PersonId,
  name: z.string(),
  email: z.email(),
  role: Role,
  hasSecondFactor: z.boolean(),
  disabledAt: Moment.nullable(),
  createdAt: Moment,
  lastSeenAt: Moment.nullable(),
});
export type Person = z.infer<typeof Person>;

export const Invitation = z.object({
  id: InvitationId,
  email: z.email(),
  role: Role,
  expiresAt: Moment,
  acceptedAt: Moment.nullable(),
});
export type Invitation = z.infer<typeof Invitation>;

export const SignedInSession = z.object({
  id: SessionId,
  personId: PersonId,
  personName: z.string(),
  isCurrent: z.boolean(),
  createdAt: Moment,
  lastSeenAt: Moment,
  expiresAt: Moment,
  address: z.string().nullable(),
  browser: z.string().nullable(),
});
export type SignedInSession = z.infer<typeof SignedInSession>;

export const ApiKey = z.object({
  id: ApiKeyId,
  name: z.string(),
  role: Role,
  /** The first characters, to tell keys apart. */
  prefix: z.string(),
  createdBy: z.string(),
  createdAt: Moment,
  expiresAt: Moment,
  lastUsedAt: Moment.nullable(),
  revokedAt: Moment.nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** What the dashboard knows of itself before it asks for anything else. */
export const Me = z.object({
  person: Person,
  firm: z.object({ name: z.string(), timeZone: z.string(), country: z.string(), isDemo: z.boolean() }),
  mail: z.enum(["smtp", "outbox"]),
  version: z.string(),
  /** When this session last proved a second factor; null means that it has to before it can do anything else. */
  factorAt: Moment.nullable(),
});
export type Me = z.infer<typeof Me>;
