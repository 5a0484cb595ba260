import { z } from "zod";
import { Bytes32, PasskeyCode, PasskeysSaid, passkeyAsks } from "./agent-passkeys.ts";
import { CAPABILITY_NAMES } from "./capabilities.ts";
import { LostKind } from "./connector.ts";
import { Proposal } from "./consent.ts";
import { ErrorReport } from "./errors.ts";
import { ConsentRequestId, GatewayId, Moment, SiteId } from "./ids.ts";
import { IntegrationReport, Inventory, Reason, type StateChange } from "./model.ts";
import { isStateChange } from "./state-change.ts";
import { Language } from "./text.ts";

/**
 * What the agent in a home and the hub say to each other, as JSON over one WebSocket that the agent opens. Until both have
 * proved their keys neither says anything of a home. docs/agent.md tells it in order.
 */

/** Where agents knock, beneath the hub's public address. */
export const AGENT_PATH = "/agent";
/** Raised when an older agent could no longer be understood. */
export const AGENT_PROTOCOL = 1;
/** An inventory of some thousand things fits; what is longer is refused. */
export const AGENT_FRAME_BYTES = 8 * 1024 * 1024;

const Signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/, "is not an Ed25519 signature in base64url");

export const AgentId = z.uuid().brand<"AgentId">();
export type AgentId = z.infer<typeof AgentId>;

// ---- Who is there: the first four messages ----

/**
 * The agent's first message. With `lookup` it wants to be paired: the SHA-256 of its one-time code, which nobody can guess
 * back. Otherwise it names the key that it was paired with.
 */
export const AgentHello = z.strictObject({
  kind: z.literal("hello"),
  protocol: z.number().int().min(0),
  version: z.string().max(40),
  /** Its public key. */
  key: Bytes32,
  nonce: Bytes32,
  lookup: Bytes32.optional(),
});
export type AgentHello = z.infer<typeof AgentHello>;

/** The hub proves its own key first; in a pairing also that it knows the code. A stranger gets one that fits nothing. */
export const HubProof = z.strictObject({
  kind: z.literal("proof"),
  key: Bytes32,
  nonce: Bytes32,
  signature: Signature,
  code: Bytes32.optional(),
});
export type HubProof = z.infer<typeof HubProof>;

/** Only to a hub whose proof held. */
export const AgentProof = z.strictObject({
  kind: z.literal("proof"),
  signature: Signature,
  code: Bytes32.optional(),
});
export type AgentProof = z.infer<typeof AgentProof>;

export const AgentRefusal = z.enum(["not_known", "frozen", "too_old", "busy"]);
export type AgentRefusal = z.infer<typeof AgentRefusal>;

/** What the firm says of itself and of this home, for the page in the home. */
export const AgentWelcome = z.strictObject({
  kind: z.literal("welcome"),
  firm: z.object({ name: z.string().max(200), phone: z.string().max(60).nullable() }),
  home: z.string().max(200),
  /** Which home of the firm's it is: what the household allows is bound to it, and it never becomes another. */
  siteId: SiteId,
  language: Language,
  /** Whether somebody of the home still has to say that this is their installer. */
  isConfirmed: z.boolean(),
});
export type AgentWelcome = z.infer<typeof AgentWelcome>;

export const HubRefused = z.strictObject({
  kind: z.literal("refused"),
  why: AgentRefusal,
  message: z.string().max(500),
});
export type HubRefused = z.infer<typeof HubRefused>;

export const HubFirst = z.discriminatedUnion("kind", [HubProof, AgentWelcome, HubRefused]);

// ---- What the home allows ----

/**
 * How far the hub's word alone is enough, each including the ones before it; beyond it the agent wants a yes of its own.
 * `quiet` are fixes that nobody feels; with `all` the lock on the inside is open.
 */
export const HUB_ALONE = ["reach", "view", "diagnose", "quiet", "all"] as const;
export const HubAlone = z.enum(HUB_ALONE);
export type HubAlone = z.infer<typeof HubAlone>;

/** A place in the home that the agent may go to, as `host:port`. */
export const AgentPlace = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  /** The make that was asked for with it. */
  connector: z.string().max(60),
  allowed: z.enum(["asked", "allowed", "refused"]),
});
export type AgentPlace = z.infer<typeof AgentPlace>;

/** By which way somebody of the home stopped everything: its page, our part of Home Assistant, or a switch of the household's. */
export const StoppedBy = z.enum(["agent_page", "home_assistant", "switch"]);
export type StoppedBy = z.infer<typeof StoppedBy>;

/** What the agent lets the hub know of its own lock, so that nobody has to find out by being refused. */
export const AgentPolicy = z.strictObject({
  hubAlone: HubAlone,
  /** Somebody of the home pressed Stop everything, and nothing goes until they allow it again. */
  stoppedAt: Moment.nullable(),
  /** Null where nobody did, or where an older agent does not say. */
  stoppedBy: StoppedBy.nullable().default(null),
  isConfirmed: z.boolean(),
  places: z.array(AgentPlace).max(100),
});
export type AgentPolicy = z.infer<typeof AgentPolicy>;

// ---- What the hub asks ----

const Config = z.record(z.string(), z.unknown());
const Target = z.strictObject({ gatewayId: GatewayId });
const Input = z.record(z.string(), z.unknown());
const Capability = z.enum(CAPABILITY_NAMES);

const gatewayAsks = [
  /** Opens a session with a gateway, or with `test` only looks whether one could be. */
  z.strictObject({ what: z.literal("open"), ...Target.shape, connector: z.string().max(60), config: Config }),
  z.strictObject({ what: z.literal("test"), connector: z.string().max(60), config: Config }),
  z.strictObject({ what: z.literal("close"), ...Target.shape }),
  z.strictObject({ what: z.literal("read"), ...Target.shape, capability: Capability, input: Input }),
  z.strictObject({
    what: z.literal("act"),
    ...Target.shape,
    capability: Capability,
    input: Input,
    /** One is done at most once, whatever is said how often. */
    attemptId: z.string().regex(/^[\w-]{1,64}$/),
    purpose: z.enum(["do", "undo", "settle"]),
    /** After it nothing is begun any more. */
    expiresAt: Moment,
    /** The question whose yes this rests on, where there was one. */
    requestId: ConsentRequestId.nullable(),
  }),
  z.strictObject({ what: z.literal("say"), ...Target.shape, message: z.string().max(60), input: Input }),
  z.strictObject({ what: z.literal("diagnostics"), ...Target.shape }),
] as const;
export const GatewayAsk = z.discriminatedUnion("what", gatewayAsks);
export type GatewayAsk = z.infer<typeof GatewayAsk>;
export const AgentAsk = z.discriminatedUnion("what", [...gatewayAsks, ...passkeyAsks]);
export type AgentAsk = z.infer<typeof AgentAsk>;

/**
 * A question to the household, for the page in the home. The agent shows the acts in its own words and takes only `why`,
 * `technician` and the firm's words from the hub; its yes is bound to the proposal's digest.
 */
export const AgentQuestion = z.strictObject({
  requestId: ConsentRequestId,
  proposal: Proposal,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  technician: z.string().max(200),
  why: z.string().max(2000),
  answerBy: Moment,
});
export type AgentQuestion = z.infer<typeof AgentQuestion>;

/** What the hub says once both know each other. Unknown kinds are counted and left, so that a newer hub can say more. */
export const HubMessage = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ask"), id: z.number().int().positive(), ask: AgentAsk }),
  z.strictObject({ kind: z.literal("question"), question: AgentQuestion }),
  /** It was answered, or its time is over: the page need not show it any more. */
  z.strictObject({ kind: z.literal("question_over"), requestId: ConsentRequestId }),
  /** What this hub understands beyond what all hubs do, said once at the beginning: an agent says no more than that. */
  z.object({ kind: z.literal("knows"), knows: z.array(z.string().max(40)).max(40) }),
  /** Somebody of the firm works on the home now, or nobody does. */
  z.strictObject({ kind: z.literal("at_work"), technician: z.string().max(200).nullable(), why: z.string().max(2000) }),
]);
export type HubMessage = z.infer<typeof HubMessage>;

// ---- What the agent says ----

/** Checked by hand: thousands come in a second. */
const StateChanges = z.custom<readonly StateChange[]>(
  (value) => Array.isArray(value) && value.every(isStateChange),
  "is not a list of changes",
);

/** As a session says it; checked here because it crosses a network, as the hub checks what connectors say. */
export const AgentSessionEvent = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("gateway"),
    version: z.string(),
    name: z.string(),
    state: z.enum(["running", "starting", "stopping", "recovery"]),
    timeZone: z.string().optional(),
    isAdmin: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal("inventory"), inventory: Inventory }),
  z.strictObject({ type: z.literal("integrations"), integrations: z.array(IntegrationReport) }),
  z.strictObject({
    type: z.literal("states"),
    full: z.boolean(),
    changes: StateChanges,
    removed: z.array(z.string()).optional(),
  }),
  z.strictObject({ type: z.literal("tapped"), action: z.string(), userId: z.string().nullable() }),
  z.strictObject({ type: z.literal("garbage"), count: z.number().int() }),
  z.strictObject({ type: z.literal("lost"), kind: LostKind, reason: Reason }),
]);
export type AgentSessionEvent = z.infer<typeof AgentSessionEvent>;

export const AgentAnswer = z.enum(["allow", "no", "stop"]);
export type AgentAnswer = z.infer<typeof AgentAnswer>;

/** By which way somebody of the home said so. `passkey` is only said to a hub that knows of passkeys. */
export const AgentWay = z.enum(["agent_page", "home_assistant", "passkey"]);
export type AgentWay = z.infer<typeof AgentWay>;

export const AgentMessage = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("answer"), id: z.number().int(), value: z.unknown() }),
  z.strictObject({ kind: z.literal("failed"), id: z.number().int(), error: ErrorReport }),
  /** One line of a checklist that still goes on. */
  z.strictObject({ kind: z.literal("line"), id: z.number().int(), line: z.unknown() }),
  z.strictObject({ kind: z.literal("events"), gatewayId: GatewayId, events: z.array(AgentSessionEvent) }),
  z.strictObject({ kind: z.literal("policy"), policy: AgentPolicy }),
  z.strictObject({
    kind: z.literal("answered"),
    requestId: ConsentRequestId,
    digest: z.string(),
    answer: AgentAnswer,
    way: AgentWay,
    /** With which passkey, where it was one. */
    passkey: PasskeyCode.optional(),
  }),
  PasskeysSaid,
  /** Somebody of the home asks for help. */
  z.strictObject({ kind: z.literal("help"), words: z.string().max(1000) }),
  /** Somebody of the home ended it: the hub forgets this key. */
  z.strictObject({ kind: z.literal("released") }),
]);
export type AgentMessage = z.infer<typeof AgentMessage>;

/**
 * Whether it is the message that comes thousands of times a second, changes of states and nothing else, in the very shape
 * that `AgentMessage` says. By hand, like the changes in it; whatever is not sure to be that is left to the schema.
 */
export function isStatesMessage(value: unknown): value is Extract<AgentMessage, { kind: "events" }> {
  if (!isObject(value) || value.kind !== "events" || !hasOnly(value, 3)) return false;
  const { gatewayId, events } = value;
  return typeof gatewayId === "string" && UUID.test(gatewayId) && Array.isArray(events) && events.every(isStates);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function isStates(event: unknown): boolean {
  if (!isObject(event) || event.type !== "states" || typeof event.full !== "boolean" || !hasOnly(event, 3))
    return false;
  const { changes } = event;
  return Array.isArray(changes) && changes.every(isStateChange);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** So many fields; those that are looked at are among them. */
function hasOnly(value: object, fields: number): boolean {
  return Object.keys(value).length === fields;
}

/** What a technician sees of an agent. */
export const Agent = z.object({
  id: AgentId,
  siteId: z.uuid(),
  /** The first digits of its key's digest, as the page in the home shows them too. */
  fingerprint: z.string(),
  state: z.enum(["waiting_for_home", "online", "away", "frozen", "ended"]),
  version: z.string().nullable(),
  pairedAt: Moment,
  confirmedAt: Moment.nullable(),
  lastSeenAt: Moment.nullable(),
  endedAt: Moment.nullable(),
  /** Milliseconds for one question and answer over the link, lately; null while it is away. */
  roundTrip: z.number().nullable(),
  /** How often its line has ended within a day, at the hub that is asked and since that hub began. */
  /** Why it was frozen; null while it is not. */
  frozenWhy: z.string().nullable(),
  lostLines: z.number().int(),
  /** As it last said; null before it said anything. */
  policy: AgentPolicy.nullable(),
});
export type Agent = z.infer<typeof Agent>;
