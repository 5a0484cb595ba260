import { z } from "zod";
import type { CapabilityInput, CapabilityName, CapabilityOutput } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import type { Dialer } from "./dialer.ts";
import type { MessageInput, MessageName, MessageOutput } from "./household.ts";
import type { ConsentRequestId } from "./ids.ts";
import type { IntegrationReport, Inventory, Reason, StateChange } from "./model.ts";
import type { Scope } from "./scopes.ts";
import type { Text } from "./text.ts";

/**
 * What a connector says of one capability it has. For an action, `scope` is the least consent it needs, and `felt` what
 * the household hears, sees or feels, in words for a homeowner; absent means nothing at all.
 */
export interface CapabilityDeclaration {
  readonly scope: Scope;
  readonly timeoutSeconds: number;
  readonly felt?: Text;
  /** The action that takes it back, with the same target; absent when it cannot be taken back. */
  readonly undo?: CapabilityName;
  /** An idempotent action that recovery may repeat, so that no home is left dark: `power.on` for `power.cycle`. */
  readonly settle?: CapabilityName;
  /** Only where the gateway's software has this version or newer, such as `2025.1`. */
  readonly since?: string;
}

export interface ConnectorManifest {
  /** As the connector's folder is named. */
  readonly id: string;
  readonly name: string;
  /** It is one box of a home among others, such as a panel on a wall, and not what runs the home. */
  readonly isOneOfMany?: boolean;
  /** What a technician types to add a gateway; `secrets` names the fields that are sealed and never given back. */
  readonly config: z.ZodObject;
  readonly secrets: readonly string[];
  readonly capabilities: Readonly<Partial<Record<CapabilityName, CapabilityDeclaration>>>;
  /** What it can say to the people of the home; absent where it can say nothing. */
  readonly messages?: readonly MessageName[];
}

export interface Connector {
  readonly manifest: ConnectorManifest;
  /** Where the configuration says that a gateway is: the dialer goes there, to `elsewhere`, and nowhere else. */
  target(config: unknown): GatewayTarget;
  /** What else belongs to it: a second door of the same box, or the maker's account service. */
  elsewhere?(config: unknown): readonly GatewayTarget[];
  /**
   * Opens one session: it lives until `close` or until it reports `lost`, and never comes back by itself (the hub's
   * supervisor does that). Rejects with a `gateway_*` error that says what is wrong.
   */
  connect(config: unknown, context: ConnectorContext): Promise<GatewaySession>;
  /** Checks a gateway before it is added: a line for each thing as it is found. Stops at the first that fails. */
  test(config: unknown, context: ConnectorContext): AsyncIterable<ChecklistLine>;
}

export interface GatewayTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** How its address is written; absent where it is `http` or, with `tls`, `https`. */
  readonly scheme?: "ssh";
  /** SHA-256 fingerprint that a person said yes to; with it any certificate but that one is refused. */
  readonly pinnedCertificate?: string;
  /**
   * A person chose that any certificate will do, since this gateway makes a new one at each restart: whoever sits in
   * between can then read what is sent. Never the default of a make.
   */
  readonly acceptsAnyCertificate?: boolean;
}

export interface ConnectorContext {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly log: ConnectorLog;
  /**
   * The keys that the hub remembers of this gateway's entities, by their labels. With them a connector may tell states
   * before it has read the inventory anew, so that a whole fleet is soon back. They may be out of date: before it reads
   * or acts on a thing it has to have looked. Absent where nothing is remembered.
   */
  readonly remembered?: () => Iterable<readonly [label: string, key: string]>;
  /**
   * A small value that outlives the session and the hub: plain JSON, and no words of the home. Absent where nothing is
   * kept.
   */
  readonly memory?: SessionMemory;
  /** Called for all that happens, from before `connect` resolves until the session is lost or closed. */
  readonly emit: (event: SessionEvent) => void;
}

export interface SessionMemory {
  /** What was kept last; undefined where nothing was. */
  recall(): Promise<unknown>;
  keep(value: unknown): Promise<void>;
}

/** Fields are for a machine, `message` for a person. Never a secret, never a whole frame. */
export interface ConnectorLog {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

/** Everything that crosses a session is JSON, so that an agent or another process can hold it. */
export interface GatewaySession {
  /** Rejects with `not_available_here` where this gateway lacks it, `gateway_timeout`, `gateway_lost`, `gateway_misbehaving` or `gateway_auth_failed`. */
  read<N extends CapabilityName>(request: ReadRequest<N>): Promise<CapabilityOutput<N>>;
  /**
   * Sends one action, once. Only the hub's gate calls this. Resolves when the gateway said it was done; rejects with
   * `step_failed` when the gateway said no and nothing happened. Any other rejection leaves open whether it happened.
   */
  act<N extends CapabilityName>(request: ActRequest<N>): Promise<CapabilityOutput<N>>;
  /** Says something to the people of the home. May be repeated: the same tag takes the place of what was said before. */
  say?<N extends MessageName>(request: SayRequest<N>): Promise<MessageOutput<N>>;
  /** Redacted state for a support ticket: no secrets, no addresses of people. */
  diagnostics(): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export interface ReadRequest<N extends CapabilityName = CapabilityName> {
  readonly capability: N;
  readonly input: CapabilityInput<N>;
}

export interface ActRequest<N extends CapabilityName = CapabilityName> extends ReadRequest<N> {
  /** The id of the attempt in the run log: one is sent at most once. */
  readonly attemptId: string;
  /** For an agent in the home, which judges for itself: what it is for (`do` where absent), and the question it was allowed by. */
  readonly purpose?: "do" | "undo" | "settle";
  readonly requestId?: ConsentRequestId | null;
}

export interface SayRequest<N extends MessageName = MessageName> {
  readonly message: N;
  readonly input: MessageInput<N>;
}

/** Why a session ended. Only `unreachable`, `restarting` and `misbehaving` are tried again on a timer. */
export const LostKind = z.enum(["unreachable", "restarting", "refused", "withdrawn", "unsupported", "misbehaving"]);
export type LostKind = z.infer<typeof LostKind>;

export type SessionEvent =
  /** The gateway's own software: version, and whether it has finished starting. */
  | {
      readonly type: "gateway";
      readonly version: string;
      readonly name: string;
      readonly state: "running" | "starting" | "stopping" | "recovery";
      readonly timeZone?: string;
      readonly isAdmin?: boolean;
    }
  | { readonly type: "inventory"; readonly inventory: Inventory }
  /** How integrations of the inventory are doing, as it changed; what is not named stands. */
  | { readonly type: "integrations"; readonly integrations: readonly IntegrationReport[] }
  /** `full` replaces all states of the gateway; otherwise only what is named changed. */
  | {
      readonly type: "states";
      readonly full: boolean;
      readonly changes: readonly StateChange[];
      readonly removed?: readonly string[];
    }
  /** A button of one of our questions was pressed in the home, by this user of the gateway. */
  | { readonly type: "tapped"; readonly action: string; readonly userId: string | null }
  /** Something on the wire was not understood; counted, and logged once. */
  | { readonly type: "garbage"; readonly count: number }
  | { readonly type: "lost"; readonly kind: LostKind; readonly reason: Reason };

/** What is checked when a gateway is added, in this order where it applies. */
export const ChecklistStep = z.enum([
  "name",
  "port",
  "tls",
  "make",
  "credentials",
  /** Which of the boxes that the account has. */
  "choice",
  /** The gateway itself accepts what the account gave us. */
  "access",
  "rights",
  "version",
  "first_data",
]);
export type ChecklistStep = z.infer<typeof ChecklistStep>;

/**
 * One line of the checklist. `detail` says what was found; a line that failed or warns has `next`, what to do about it.
 * `certificate` stands on a `tls` line that waits for a person's yes.
 */
export const ChecklistLine = z.object({
  step: ChecklistStep,
  /** Of a gateway with several doors, the one that the line is about, in words: its lines go together. */
  door: z.string().max(60).optional(),
  status: z.enum(["running", "ok", "warning", "failed"]),
  detail: z.string(),
  next: z.string().optional(),
  certificate: z
    .object({
      fingerprint256: z.string(),
      subject: z.string(),
      validTo: z.string(),
      reason: z.string(),
      /** It is the host key of an SSH server: `subject` is its kind, and it ends never. */
      isHostKey: z.boolean().optional(),
      /** The setting that keeps a yes to it, where that is not the usual one of its kind. */
      setting: z.string().max(60).optional(),
    })
    .optional(),
  milliseconds: z.number().optional(),
  found: z.object({ rooms: z.number().int(), devices: z.number().int(), entities: z.number().int() }).optional(),
});
export type ChecklistLine = z.infer<typeof ChecklistLine>;

/** All places that the dialer may go to for a gateway, the gateway itself first. */
export function targetsOf(connector: Connector, config: unknown): readonly GatewayTarget[] {
  return [connector.target(config), ...(connector.elsewhere?.(config) ?? [])];
}

/** Says nothing but makes a connector's mistakes visible where it is written. */
export function defineConnector<C extends Connector>(connector: C): C {
  return connector;
}
