import { z } from "zod";
import { ClientId, ContactId, GatewayId, MessageId, Moment, SiteId } from "./ids.ts";
import { GatewayState, Reason } from "./model.ts";
import { EvidenceKind, StandingScope } from "./scopes.ts";
import { Language } from "./text.ts";

/** An IANA zone that this machine knows, such as `Europe/Amsterdam`. */
export const TimeZone = z.string().max(60).refine(isTimeZone, "is not a time zone, such as Europe/Amsterdam");

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const Name = z.string().trim().min(1, "is empty").max(120);
export const Phone = z
  .string()
  .trim()
  .regex(/^\+?[0-9 ()./-]{5,30}$/, "is not a phone number, such as +31 20 123 4567");

/** The one vocabulary of how a site, a gateway or a device is doing; always with a reason and a since. */
export const HEALTH = ["ok", "attention", "problem", "offline", "maintenance", "unknown", "not_monitored"] as const;
export const Health = z.enum(HEALTH);
export type Health = z.infer<typeof Health>;

export const Client = z.object({
  id: ClientId,
  name: Name,
  phone: Phone.nullable(),
  email: z.email().nullable(),
  createdAt: Moment,
  version: z.number().int(),
});
export type Client = z.infer<typeof Client>;

/** `manager` is a property manager, who answers what was delegated. */
export const ContactRole = z.enum(["owner", "adult", "manager"]);
export type ContactRole = z.infer<typeof ContactRole>;

export const Contact = z.object({
  id: ContactId,
  siteId: SiteId,
  name: Name,
  role: ContactRole,
  language: Language,
  email: z.email().nullable(),
  phone: Phone.nullable(),
  /** When we learnt that the address is theirs; requests go to verified addresses only. */
  verifiedAt: Moment.nullable(),
  /** Until then it cannot answer anything: a changed address rests for 24 hours. */
  restsUntil: Moment.nullable(),
});
export type Contact = z.infer<typeof Contact>;

export const Gateway = z.object({
  id: GatewayId,
  siteId: SiteId,
  connector: z.string(),
  connectorName: z.string(),
  name: Name,
  /** Where it is, without secrets: `http://192.168.1.20:8123`. */
  address: z.string(),
  /** Who reaches it: this hub, or the agent in the home. */
  via: z.enum(["direct", "agent"]),
  state: GatewayState,
  reason: Reason,
  since: Moment,
  /** The last time anything came from it. */
  lastSeenAt: Moment.nullable(),
  nextTryAt: Moment.nullable(),
  version: z.string().nullable(),
  isAdmin: z.boolean().nullable(),
  garbage: z.number().int(),
  /** The gateway runs on this hub as a simulation. */
  isSimulated: z.boolean(),
});
export type Gateway = z.infer<typeof Gateway>;

/** Standing permission for one scope, as it was given. */
export const StandingConsent = z.object({
  scope: StandingScope,
  givenAt: Moment,
  givenBy: z.string(),
  evidence: EvidenceKind,
  evidenceNote: z.string().nullable(),
  reviewAt: Moment,
  /** From then on it holds no more; null for as long as it stands. */
  until: Moment.nullable(),
});
export type StandingConsent = z.infer<typeof StandingConsent>;

export const QuietHours = z.strictObject({
  /** `HH:MM` in the home's zone; a night may cross midnight. */
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time, such as 22:00"),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time, such as 07:00"),
});
export type QuietHours = z.infer<typeof QuietHours>;

/** A row of the fleet. */
export const SiteRow = z.object({
  id: SiteId,
  number: z.number().int(),
  name: Name,
  clientId: ClientId,
  clientName: Name,
  town: z.string().nullable(),
  phone: z.string().nullable(),
  timeZone: z.string(),
  connectors: z.array(z.string()),
  health: Health,
  reason: Reason,
  since: Moment,
  lastSeenAt: Moment.nullable(),
  unavailable: z.number().int(),
  entities: z.number().int(),
  activeRuns: z.number().int(),
  waitingForConsent: z.number().int(),
  /** Since when the home's agent refuses everything, because somebody of the household stopped it there. */
  stoppedAt: Moment.nullable(),
  isSimulated: z.boolean(),
});
export type SiteRow = z.infer<typeof SiteRow>;

export const Site = z.object({
  id: SiteId,
  number: z.number().int(),
  name: Name,
  clientId: ClientId,
  clientName: Name,
  clientPhone: z.string().nullable(),
  address: z.string().nullable(),
  town: z.string().nullable(),
  timeZone: z.string(),
  language: Language,
  quietHours: QuietHours,
  /** The household allows a note in the home's own system that there is mail. */
  noticeInHome: z.boolean(),
  notes: z.string(),
  scopes: z.array(StandingConsent),
  contacts: z.array(Contact),
  gateways: z.array(Gateway),
  isSimulated: z.boolean(),
  createdAt: Moment,
  version: z.number().int(),
});
export type Site = z.infer<typeof Site>;

/** A message to a homeowner that waits in, or went out of, the outbox. `body` is given for simulated sites only. */
export const OutboxMessage = z.object({
  id: MessageId,
  siteId: SiteId,
  siteName: z.string(),
  to: z.string(),
  subject: z.string(),
  status: z.enum(["waiting", "sent", "failed", "outbox"]),
  createdAt: Moment,
  sentAt: Moment.nullable(),
  error: z.string().nullable(),
  body: z.string().nullable(),
});
export type OutboxMessage = z.infer<typeof OutboxMessage>;
