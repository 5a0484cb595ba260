import { randomUUID } from "node:crypto";
import type { AgentId, Clock, GatewayId, PersonId, SessionId, SiteId } from "@caretaker/protocol";
import { z } from "zod";
import type { Announcement, Announcements } from "./announcements.ts";
import { type Database, notify } from "./db/database.ts";
import { type Listener, openListener } from "./db/listener.ts";
import type { Log } from "./log.ts";

const GATEWAY = {
  siteId: z.uuid().transform((id) => id as SiteId),
  gatewayId: z.uuid().transform((id) => id as GatewayId),
};

/** What all hubs on one database have to hear: each holds streams and gateways of its own, and knows all homes. */
const Told = z.discriminatedUnion("type", [
  z.object({ type: z.literal("site.changed"), siteId: z.uuid().transform((id) => id as SiteId) }),
  z.object({ type: z.literal("site.removed"), siteId: z.uuid().transform((id) => id as SiteId) }),
  z.object({
    type: z.literal("session.ended"),
    sessionId: z.string().transform((id) => id as SessionId),
    personId: z.uuid().transform((id) => id as PersonId),
  }),
  z.object({
    type: z.literal("person.changed"),
    personId: z.uuid().transform((id) => id as PersonId),
    isDisabled: z.boolean(),
  }),
  z.object({ type: z.literal("key.revoked"), keyId: z.string() }),
  z.object({
    type: z.literal("agent.changed"),
    siteId: z.uuid().transform((id) => id as SiteId),
    agentId: z.uuid().transform((id) => id as AgentId),
  }),
  z.object({ type: z.literal("device.changed"), ...GATEWAY }),
  z.object({ type: z.literal("gateway.added"), ...GATEWAY }),
  z.object({ type: z.literal("gateway.removed"), ...GATEWAY }),
  z.object({ type: z.literal("gateway.credentials_replaced"), ...GATEWAY }),
  z.object({ type: z.literal("gateway.moved"), ...GATEWAY }),
]);
type Told = z.infer<typeof Told>;
const News = z.object({ from: z.string(), told: Told });

/** Written out so that a kind which is added above cannot be forgotten here. */
const KINDS = Object.keys({
  "site.changed": true,
  "site.removed": true,
  "session.ended": true,
  "person.changed": true,
  "key.revoked": true,
  "agent.changed": true,
  "device.changed": true,
  "gateway.added": true,
  "gateway.removed": true,
  "gateway.credentials_replaced": true,
  "gateway.moved": true,
} satisfies Record<Told["type"], true>) as Told["type"][];

const CHANNEL = "caretaker_told";
const CATCH_UP_AFTER_MILLISECONDS = 5000;

export interface BetweenHubsDeps {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn" | "error">;
}

/**
 * Announces at each hub what was announced at another one, within a second. It is said once it is committed, by a hub
 * that may die before it could: what is lost costs time and no more, since every hub also looks for itself. After a gap,
 * and soon after the start, it is said that something may have been missed.
 */
export function createBetweenHubs({ db, databaseUrl, announcements, clock, log }: BetweenHubsDeps) {
  const self = randomUUID();
  const stops: (() => void)[] = [];
  let listener: Listener | null = null;
  /** What came from another hub goes to the rooms of this one and not out again. */
  let heard: Announcement | null = null;

  const tell = (told: Announcement): void => {
    if (told === heard) return;
    notify(db, CHANNEL, JSON.stringify({ from: self, told })).catch((error: unknown) =>
      log.warn({ error, type: told.type }, "Other hubs could not be told; they find it by looking."),
    );
  };

  const hear = (payload: string | null): void => {
    if (payload === null) {
      announcements.announce({ type: "others.missed" });
      return;
    }
    const news = News.safeParse(parsed(payload));
    if (!news.success) {
      log.warn(
        { error: news.error },
        "Another hub said something that this one does not know. Is it of another version?",
      );
      return;
    }
    if (news.data.from === self) return;
    heard = asHeard(news.data.told);
    announcements.announce(heard);
    heard = null;
  };

  return {
    async start(): Promise<void> {
      listener = openListener({ url: databaseUrl, log, clock });
      await listener.on(CHANNEL, hear);
      for (const kind of KINDS) stops.push(announcements.on(kind, tell));
      // What was said between the first reading and now was not heard. It can wait until the homes are connected to.
      stops.push(clock.after(CATCH_UP_AFTER_MILLISECONDS, () => announcements.announce({ type: "others.missed" })));
    },
    async close(): Promise<void> {
      for (const stop of stops.splice(0)) stop();
      await listener?.close();
    },
  };
}

/** Whoever announces something of a gateway has done it; here it is still to be done. */
function asHeard(told: Told): Announcement {
  if (!("gatewayId" in told) || told.type === "device.changed") return told;
  const { type: said, siteId, gatewayId } = told;
  return { type: "gateway.told", siteId, gatewayId, said };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
