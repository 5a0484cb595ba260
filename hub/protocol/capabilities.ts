import { z } from "zod";
import { HUB_READS } from "./hub-reads.ts";
import { Key, Moment } from "./ids.ts";
import { Attributes, AvailabilityValue } from "./model.ts";

/**
 * A field that names a thing of the home. Runbooks and people name it by our id; the hub hands the connector the make's
 * key. The mark lets the validator check operands and the engine translate them.
 */
function keyOf(kind: ReferenceKind): typeof Key {
  return Key.meta({ reference: kind });
}

export type ReferenceKind = "integration" | "device" | "entity" | "room" | "gateway";

/** What can be shown on a screen of a home; the words belong to the make, and nobody writes others. */
const PANEL_SENTENCES = ["working", "wait", "restarting", "done"] as const;

/** Whole seconds. */
const Seconds = z.number().int().min(0).max(86_400);

const IntegrationCondition = z.object({
  state: z.string(),
  reason: z.string().nullable(),
  needsSignIn: z.boolean(),
  /** Enabled entities of it that do not answer now. */
  unavailable: z.number().int(),
  entities: z.number().int(),
});

export const LogEntry = z.object({
  level: z.string(),
  source: z.string(),
  message: z.string(),
  count: z.number().int(),
  firstAt: Moment,
  lastAt: Moment,
});
export type LogEntry = z.infer<typeof LogEntry>;

function read<I extends z.ZodObject, O extends z.ZodObject>(summary: string, input: I, output: O) {
  return { kind: "read" as const, summary, input, output };
}

const Done = z.object({ contextId: z.string().optional() });

function action<I extends z.ZodObject>(summary: string, input: I): Action<I, typeof Done>;
function action<I extends z.ZodObject, O extends z.ZodObject>(summary: string, input: I, output: O): Action<I, O>;
function action(summary: string, input: z.ZodObject, output: z.ZodObject = Done): Action<z.ZodObject, z.ZodObject> {
  return { kind: "action", summary, input, output };
}

interface Action<I extends z.ZodObject, O extends z.ZodObject> {
  readonly kind: "action";
  readonly summary: string;
  readonly input: I;
  readonly output: O;
}

/**
 * The capabilities of every make: what can be read and done, with the shape of what goes in and comes out. They belong
 * to the protocol, so one runbook can serve several makes; a connector declares which it has. Those of `HUB_READS` need no
 * connector.
 */
export const CAPABILITIES = {
  ...HUB_READS,
  "gateway.info": read(
    "What the gateway is and whether it runs",
    z.strictObject({}),
    z.object({
      name: z.string(),
      version: z.string(),
      /** `starting` and `stopping` are not failures: wait. */
      state: z.enum(["running", "starting", "stopping", "recovery"]),
      timeZone: z.string().nullable(),
      /** Null where the make does not say what our user may do. */
      isAdmin: z.boolean().nullable(),
      /** Whether history is being written; null where the make has none. */
      recording: z.boolean().nullable(),
      /** Since when it has been running, and how many percent of its memory are in use: absent where the make does not say. */
      startedAt: Moment.optional(),
      memoryInUse: z.number().optional(),
    }),
  ),
  "integration.list": read(
    "All integrations and their state",
    z.strictObject({}),
    z.object({
      integrations: z.array(
        IntegrationCondition.extend({
          key: keyOf("integration"),
          name: z.string(),
          domain: z.string(),
          disabled: z.boolean(),
        }),
      ),
      /** Enabled ones that do not run or have entities that do not answer. */
      ill: z.number().int(),
    }),
  ),
  "integration.state": read(
    "The state of one integration",
    z.strictObject({ integration: keyOf("integration") }),
    IntegrationCondition,
  ),
  "device.state": read(
    "Whether a device answers",
    z.strictObject({ device: keyOf("device") }),
    z.object({
      availability: AvailabilityValue,
      entities: z.number().int(),
      unavailable: z.number().int(),
      /** Percent, where the device says it. */
      battery: z.number().nullable(),
      lastSeen: Moment.nullable(),
      firmware: z.string().nullable(),
    }),
  ),
  "device.link": read(
    "What the gateway says of a device's link to it, as it stands",
    z.strictObject({ device: keyOf("device") }),
    z.object({
      /** Of which part of it what was said. What that means is not known, so nothing is decided by it. */
      said: z.array(z.object({ of: z.string(), text: z.string() })),
      parts: z.number().int(),
    }),
  ),
  "entity.state": read(
    "The state of one entity",
    z.strictObject({ entity: keyOf("entity") }),
    z.object({ state: z.string(), availability: AvailabilityValue, since: Moment, attributes: Attributes }),
  ),
  "room.state": read(
    "What picture and sound of a room do",
    z.strictObject({ room: keyOf("room") }),
    z.object({
      power: z.enum(["on", "off", "unknown"]),
      /** The name of what is being watched or listened to; null where nothing is. */
      source: z.string().nullable(),
    }),
  ),
  "log.errors": read(
    "Warnings and errors the gateway noted since it started",
    z.strictObject({ integration: keyOf("integration").optional() }),
    z.object({
      entries: z.array(LogEntry),
      errors: z.number().int(),
      warnings: z.number().int(),
    }),
  ),
  "log.changes": read(
    "Warnings and errors the gateway noted since it was last asked",
    z.strictObject({}),
    z.object({
      entries: z.array(LogEntry),
      errors: z.number().int(),
      warnings: z.number().int(),
      /** When it was last asked; null the first time: then all of the log is new. */
      comparedWith: Moment.nullable(),
      /** The log begins anew: the gateway restarted, or somebody cleared it. */
      hasBegunAnew: z.boolean(),
      /** The gateway says that it left lines out. */
      isIncomplete: z.boolean(),
    }),
  ),
  "clock.state": read(
    "What the gateway's own clock shows",
    z.strictObject({}),
    z.object({
      /** As the gateway says it. */
      said: z.string(),
      /**
       * How far it is from ours, beyond whole quarters of an hour, which a time zone may explain: -450 to 450. Null where
       * what it says is not understood.
       */
      driftSeconds: z.number().int().nullable(),
    }),
  ),
  "program.state": read(
    "Whether a program runs, and since when",
    z.strictObject({ device: keyOf("device") }),
    z.object({
      isLoaded: z.boolean(),
      name: z.string().nullable(),
      file: z.string().nullable(),
      /** When it was compiled, as the gateway says it. */
      compiled: z.string().nullable(),
      uptimeSeconds: z.number().int().nullable(),
    }),
  ),
  "repairs.list": read(
    "Problems the gateway itself reports",
    z.strictObject({}),
    z.object({
      repairs: z.array(
        z.object({
          key: Key,
          domain: z.string(),
          severity: z.string(),
          title: z.string(),
          isFixable: z.boolean(),
          createdAt: Moment.nullable(),
        }),
      ),
      open: z.number().int(),
    }),
  ),
  "backup.info": read(
    "When the gateway was last backed up",
    z.strictObject({}),
    z.object({
      lastCompletedAt: Moment.nullable(),
      lastAttemptedAt: Moment.nullable(),
      /** Whole hours since the last completed one; null when there is none. */
      ageHours: z.number().int().nullable(),
      failed: z.boolean(),
      backups: z.number().int(),
    }),
  ),
  "updates.list": read(
    "Updates that are waiting",
    z.strictObject({}),
    z.object({
      updates: z.array(
        z.object({
          key: Key,
          name: z.string(),
          installed: z.string().nullable(),
          latest: z.string().nullable(),
          isCore: z.boolean(),
        }),
      ),
      waiting: z.number().int(),
    }),
  ),
  "firmware.list": read(
    "Which software runs, and where newer is known of",
    z.strictObject({}),
    z.object({
      firmware: z.array(
        z.object({
          name: z.string(),
          version: z.string(),
          /** What could be installed in its place; null where the make knows of nothing newer, or never says. */
          newer: z.string().nullable(),
          /** What it runs on; absent where that is the gateway itself. */
          device: keyOf("device").optional(),
        }),
      ),
      /** Those of which something newer is known. */
      outdated: z.number().int(),
    }),
  ),
  "integration.reload": action("Restart one integration", z.strictObject({ integration: keyOf("integration") })),
  "entity.refresh": action("Ask a device for its state now", z.strictObject({ entity: keyOf("entity") })),
  "entity.exercise": action(
    "Move a light, blind or thermostat a little and back",
    z.strictObject({ entity: keyOf("entity") }),
  ),
  "room.off": action("Switch off picture and sound of a room", z.strictObject({ room: keyOf("room") })),
  "room.select": action(
    "Watch or listen to something in a room",
    z.strictObject({ room: keyOf("room"), source: keyOf("entity") }),
  ),
  "macro.run": action("Run what the installer programmed", z.strictObject({ macro: keyOf("entity") })),
  "power.cycle": action(
    "Switch a power outlet off and on",
    z.strictObject({ switch: keyOf("entity"), off: Seconds.min(1).max(300).meta({ duration: true }) }),
  ),
  "power.on": action("Switch a power outlet on", z.strictObject({ switch: keyOf("entity") })),
  "program.restart": action(
    "Restart the program behind a device",
    // The program itself, or something that it looks after: a slot is never a number that somebody writes.
    z.strictObject({ device: keyOf("device") }),
  ),
  "clock.sync": action("Set the gateway's clock by the network", z.strictObject({})),
  "address.renew": action("Ask the network for the gateway's address again", z.strictObject({})),
  "identify.start": action("Let a light of a device blink", z.strictObject({ device: keyOf("device") })),
  "identify.stop": action("Let no light blink any more", z.strictObject({ device: keyOf("device") })),
  "panel.message": action(
    "Show one of a few sentences on the screens",
    z.strictObject({ sentence: z.enum(PANEL_SENTENCES), language: z.enum(["en", "nl", "de", "fr"]) }),
  ),
  "log.clear": action(
    "Clear the gateway's log, once it was read",
    z.strictObject({}),
    // What stood there, so that whoever looks at the act sees what it took away.
    Done.extend({
      saved: z.object({ entries: z.array(LogEntry), errors: z.number().int(), warnings: z.number().int() }),
    }),
  ),
  "gateway.restart": action("Restart the gateway", z.strictObject({})),
} as const;

export type CapabilityName = keyof typeof CAPABILITIES;
export type ReadName = {
  [N in CapabilityName]: (typeof CAPABILITIES)[N]["kind"] extends "read" ? N : never;
}[CapabilityName];
export type ActionName = Exclude<CapabilityName, ReadName>;
export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as CapabilityName[];
export const ACTION_NAMES = CAPABILITY_NAMES.filter((name): name is ActionName => CAPABILITIES[name].kind === "action");
export type CapabilityInput<N extends CapabilityName> = z.infer<(typeof CAPABILITIES)[N]["input"]>;
export type CapabilityOutput<N extends CapabilityName> = z.infer<(typeof CAPABILITIES)[N]["output"]>;

export function isCapability(name: string): name is CapabilityName {
  return Object.hasOwn(CAPABILITIES, name);
}

/** Which kind of thing a field of a capability's input names, or undefined when it is plain data. */
export function referenceOf(field: z.ZodType): ReferenceKind | undefined {
  const inner = field instanceof z.ZodOptional ? (field.unwrap() as z.ZodType) : field;
  return (inner.meta() as { reference?: ReferenceKind } | undefined)?.reference;
}
