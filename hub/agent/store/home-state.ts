import {
  AgentPlace,
  AgentQuestion,
  AgentWay,
  HubAlone,
  Language,
  Moment,
  PasskeyCode,
  SiteId,
  StoppedBy,
} from "@caretaker/protocol";
import { z } from "zod";

/** The hub that this home was paired with, and what the firm said of itself. */
export const Pairing = z.strictObject({
  hub: z.string(),
  hubKey: z.string(),
  siteId: SiteId,
  firm: z.strictObject({ name: z.string(), phone: z.string().nullable() }),
  home: z.string(),
  language: Language,
  pairedAt: Moment,
});
export type Pairing = z.infer<typeof Pairing>;

/** A thing of the home by a name that is known inside it; `isOwn` is false where only the firm has named it. */
export const NamedThing = z.strictObject({
  kind: z.enum(["integration", "device", "entity", "room", "gateway"]),
  name: z.string(),
  room: z.string().nullable(),
  isOwn: z.boolean(),
});
export type NamedThing = z.infer<typeof NamedThing>;

/** A question with what became of it here. A yes is one whose `answer` is `allow` and which is not void. */
export const KeptQuestion = z.strictObject({
  question: AgentQuestion,
  /** What each act of it would be done to, as it was called when it was asked. */
  things: z.array(NamedThing),
  isPrivate: z.boolean(),
  askedAt: Moment,
  answer: z.enum(["allow", "no", "stop"]).nullable(),
  answeredAt: Moment.nullable(),
  /** By which way; null where nobody has answered. */
  way: AgentWay.nullable(),
  /** With which passkey, where it was one. */
  passkey: PasskeyCode.optional(),
  /** It is not shown any more; a yes stays one. */
  isOver: z.boolean(),
  /** The yes holds no longer, whatever its times say: somebody pressed Stop. */
  isVoid: z.boolean(),
});
export type KeptQuestion = z.infer<typeof KeptQuestion>;

/** The number that the household chose. Only its scrypt is kept, and how often it was typed wrongly. */
export const KeptPin = z.strictObject({
  salt: z.string(),
  hash: z.string(),
  wrong: z.number().int(),
  restUntil: Moment.nullable(),
});
export type KeptPin = z.infer<typeof KeptPin>;

/** A passkey that somebody of the home confirmed on the page. Only its public half is known here, or anywhere but in it. */
export const KeptPasskey = z.strictObject({
  id: z.string(),
  /** COSE, in base64url. */
  publicKey: z.string(),
  /** How often it has signed, where it counts. */
  counter: z.number().int(),
  name: z.string(),
  code: PasskeyCode,
  /** Where it was made: it is good for nothing said elsewhere. */
  origin: z.string(),
  rpId: z.string(),
  addedAt: Moment,
  lastUsedAt: Moment.nullable(),
});
export type KeptPasskey = z.infer<typeof KeptPasskey>;

/** All that is small and must change together, in one file. */
export const HomeState = z.strictObject({
  version: z.literal(1),
  /** When this was written: time does not go back behind it, not even over a restart. */
  savedAt: Moment,
  pairing: Pairing.nullable(),
  /** When somebody of the home said that this is their installer. */
  confirmedAt: Moment.nullable(),
  hubAlone: HubAlone,
  stoppedAt: Moment.nullable(),
  stoppedBy: StoppedBy.nullable().default(null),
  places: z.array(AgentPlace),
  questions: z.array(KeptQuestion),
  pin: KeptPin.nullable(),
  /** The SHA-256 of the token by which Home Assistant speaks with the page. */
  tokenHash: z.string().nullable(),
  /** None where an agent wrote this that knew of none. */
  passkeys: z.array(KeptPasskey).default([]),
});
export type HomeState = z.infer<typeof HomeState>;

export const NEW_HOME: Omit<HomeState, "savedAt"> = {
  version: 1,
  pairing: null,
  confirmedAt: null,
  hubAlone: "quiet",
  stoppedAt: null,
  stoppedBy: null,
  places: [],
  questions: [],
  pin: null,
  tokenHash: null,
  passkeys: [],
};
