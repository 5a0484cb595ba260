import type {
  AgentId,
  GatewayId,
  PersonId,
  RolloutId,
  RunEvent,
  RunId,
  RunSummary,
  SessionId,
  SiteId,
} from "@caretaker/protocol";

/**
 * What rooms of the hub tell each other after a transaction was committed, never before. Losing one loses nothing but
 * time: whoever listens could read the same from the database.
 */
export type Announcement =
  | {
      readonly type: "run.stepped";
      readonly siteId: SiteId;
      readonly runId: RunId;
      readonly run: RunSummary;
      readonly events: readonly RunEvent[];
    }
  /** A run has something to do now: the engine need not wait for its next look. */
  | { readonly type: "run.due"; readonly runId: RunId }
  /** Another hub is to go on with a run at once: it reaches its gateway, and this one does not. */
  | { readonly type: "run.handed"; readonly runId: RunId; readonly hubId: string }
  /** A wave of a rollout has begun: its homes have their turn. */
  | { readonly type: "rollout.due"; readonly rolloutId: RolloutId }
  /** The site's own row, contacts or scopes changed. */
  | { readonly type: "site.changed"; readonly siteId: SiteId }
  | { readonly type: "site.removed"; readonly siteId: SiteId }
  | { readonly type: "devices.changed"; readonly siteId: SiteId; readonly gatewayId: GatewayId }
  /** A person said something of a device. What a gateway itself says of its devices, each hub hears from that. */
  | { readonly type: "device.changed"; readonly siteId: SiteId; readonly gatewayId: GatewayId }
  | { readonly type: "view.withdrawn"; readonly siteId: SiteId }
  /** Another part of the home is hidden than before. */
  | { readonly type: "view.limited"; readonly siteId: SiteId }
  /** Some hub was told what may be seen of this home, or of any where it is null: look anew. */
  | { readonly type: "view.told"; readonly siteId: SiteId | null }
  | {
      /** Moved is one that another agent of the home holds from now on. */
      readonly type: GatewayDone | "gateway.access_withdrawn";
      readonly siteId: SiteId;
      readonly gatewayId: GatewayId;
    }
  /** Another hub said that of a gateway, and has done it: what is stored is to be followed here too. */
  | {
      readonly type: "gateway.told";
      readonly siteId: SiteId;
      readonly gatewayId: GatewayId;
      readonly said: GatewayDone;
    }
  /** What other hubs said may not have been heard: look at everything. */
  | { readonly type: "others.missed" }
  /** An agent's line is open or has ended, or its home allows something else: gateways behind it may be tried again. */
  | { readonly type: "agent.changed"; readonly siteId: SiteId; readonly agentId: AgentId }
  | { readonly type: "session.ended"; readonly sessionId: SessionId; readonly personId: PersonId }
  /** A role or the right to be here changed: every stream of that person is judged again. */
  | { readonly type: "person.changed"; readonly personId: PersonId; readonly isDisabled: boolean }
  | { readonly type: "key.revoked"; readonly keyId: string }
  /** A button of a question was tapped in the home. It may be anybody's: consent looks at who it was. */
  | {
      readonly type: "phone.tapped";
      readonly siteId: SiteId;
      readonly gatewayId: GatewayId;
      readonly action: string;
      readonly userId: string | null;
    }
  | { readonly type: "message.due" };

/** What one hub does with a gateway, and the others after it. */
export type GatewayDone = "gateway.added" | "gateway.removed" | "gateway.credentials_replaced" | "gateway.moved";

export type AnnouncementType = Announcement["type"];
type Of<T extends AnnouncementType> = Extract<Announcement, { type: T }>;

export interface Announcements {
  announce(announcement: Announcement): void;
  /** Returns a function that stops listening. A listener that throws is reported and does not stop the others. */
  on<T extends AnnouncementType>(type: T, listener: (announcement: Of<T>) => void): () => void;
}

export function createAnnouncements(onError: (error: unknown, announcement: Announcement) => void): Announcements {
  const listeners = new Map<AnnouncementType, Set<(announcement: never) => void>>();
  return {
    announce(announcement) {
      for (const listener of listeners.get(announcement.type) ?? []) {
        try {
          listener(announcement as never);
        } catch (error) {
          onError(error, announcement);
        }
      }
    },
    on(type, listener) {
      const set = listeners.get(type) ?? new Set();
      listeners.set(type, set);
      set.add(listener as (announcement: never) => void);
      return () => set.delete(listener as (announcement: never) => void);
    },
  };
}
