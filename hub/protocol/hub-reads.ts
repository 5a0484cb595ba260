import { z } from "zod";
import type { CapabilityDeclaration } from "./connector.ts";
import { Moment } from "./ids.ts";
import { GatewayState } from "./model.ts";

function read<O extends z.ZodObject>(summary: string, output: O) {
  return { kind: "read" as const, summary, input: z.strictObject({}), output };
}

/** A place that the gateway declares: its own door, or another that belongs to it. */
const Door = z.object({
  host: z.string(),
  port: z.number().int(),
  isOpen: z.boolean(),
  /** A code such as `connection_refused` or `no_answer`; null where it is open. */
  reason: z.string().nullable(),
});

/**
 * What the hub reads by itself of a gateway of any make: also while it is away, which is when it matters. No input says
 * where: the hub goes to the addresses that the gateway was added with, through the one dialer, and nowhere else.
 */
export const HUB_READS = {
  "gateway.lastSeen": read(
    "When the hub last heard from the gateway",
    z.object({
      isOnline: z.boolean(),
      state: GatewayState,
      /** A code, such as `no_answer`; the site's page has the words for it. */
      reason: z.string(),
      /** When that state began. */
      since: Moment,
      lastSeenAt: Moment.nullable(),
      /** Whole minutes since then; null where it was never heard. */
      silentMinutes: z.number().int().nullable(),
      /** Other gateways of the same home, and those of them that answer: then its line is up. */
      others: z.number().int(),
      othersOnline: z.number().int(),
    }),
  ),
  "net.resolve": read(
    "Which addresses the gateway's name has",
    z.object({
      host: z.string(),
      isKnown: z.boolean(),
      addresses: z.array(z.string()),
      /** Those that the hub may connect to. */
      allowed: z.number().int(),
    }),
  ),
  "net.connect": read(
    "Whether anything listens at the gateway's address",
    z.object({
      /** Of the gateway's own door. */
      isOpen: z.boolean(),
      milliseconds: z.number().int().nullable(),
      reason: z.string().nullable(),
      /** All its doors, the maker's account service included. */
      doors: z.array(Door),
      closed: z.number().int(),
    }),
  ),
  "net.tls": read(
    "Which certificate the gateway shows",
    z.object({
      /** False where the gateway is spoken to without TLS: then nothing is shown, and the rest is null. */
      isTls: z.boolean(),
      isTrusted: z.boolean().nullable(),
      /** Whether it is the one that a person said yes to; null where nobody had to. */
      isConfirmed: z.boolean().nullable(),
      subject: z.string().nullable(),
      issuer: z.string().nullable(),
      validTo: Moment.nullable(),
      /** Whole days until it ends, negative once it has ended. */
      daysLeft: z.number().int().nullable(),
    }),
  ),
} as const;

export type HubReadName = keyof typeof HUB_READS;

/** Nothing of the home is read, so the least consent will do. */
const DECLARATION: CapabilityDeclaration = { scope: "reach", timeoutSeconds: 10 };

/** What a manifest says of a make's own, for those that every make has. */
export const HUB_CAPABILITIES: Readonly<Record<HubReadName, CapabilityDeclaration>> = {
  "gateway.lastSeen": DECLARATION,
  "net.resolve": DECLARATION,
  "net.connect": { ...DECLARATION, timeoutSeconds: 20 },
  "net.tls": DECLARATION,
};

export function isHubRead(name: string): name is HubReadName {
  return Object.hasOwn(HUB_READS, name);
}
