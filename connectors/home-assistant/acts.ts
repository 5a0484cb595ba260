import {
  type ActionName,
  type ActRequest,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type Clock,
  isCaretakerError,
  sleep,
} from "@caretaker/protocol";
import { CommandRefused } from "./client/command-refused.ts";
import type { LiveEntity } from "./home/entity.ts";
import type { Follower } from "./home/follower.ts";
import { isSilent } from "./home/judge.ts";
import { CallResult } from "./schema.ts";
import { words } from "./words.ts";

type Done = { contextId?: string };
type Acts = { [N in ActionName]?: (from: Follower, clock: Clock, input: CapabilityInput<N>) => Promise<Done> };

const RELOAD_SECONDS = 110;
const SWITCH_SECONDS = 20;
const RESTART_SECONDS = 80;
const TIMES_ON = 3;
const BETWEEN_ON_SECONDS = 3;

/** What may be done to a home, and nothing else: each is one call, sent once. */
const acts: Acts = {
  "integration.reload": async (from, _clock, { integration }) => {
    if (!from.home.entries.has(integration)) throw new CaretakerError("step_failed", words.noSuch("integration"));
    return call(
      from,
      { domain: "homeassistant", service: "reload_config_entry", service_data: { entry_id: integration } },
      RELOAD_SECONDS,
    );
  },

  "entity.refresh": async (from, _clock, { entity: key }) => {
    const entity = needEntity(from, key);
    return call(
      from,
      { domain: "homeassistant", service: "update_entity", service_data: { entity_id: entity.entityId } },
      SWITCH_SECONDS,
    );
  },

  "power.cycle": async (from, clock, { switch: key, off }) => {
    const entity = needSwitch(from, key);
    const done = await switchIt(from, entity, "turn_off");
    await sleep(clock, off * 1000);
    await switchOnAgain(from, clock, entity);
    return done;
  },

  "power.on": async (from, _clock, { switch: key }) => switchIt(from, needSwitch(from, key), "turn_on"),

  "gateway.restart": async (from) => {
    from.restarts.expect();
    try {
      // Home Assistant checks its configuration first, and refuses when it would not start again.
      return await call(from, { domain: "homeassistant", service: "restart" }, RESTART_SECONDS);
    } catch (error) {
      // The line closes before the answer comes: that is what was asked for.
      if (isCaretakerError(error, "gateway_lost") && error.meta.isSent !== false) return {};
      if (isCaretakerError(error, "step_failed")) from.restarts.forget();
      throw error;
    }
  },
};

/** Does one thing, once. `step_failed`: nothing happened. Any other error: nobody knows. */
export async function act<N extends CapabilityName>(
  from: Follower,
  clock: Clock,
  request: ActRequest<N>,
): Promise<CapabilityOutput<N>> {
  const { capability, input } = request;
  // What every object has by inheritance, such as `constructor`, is nothing that can be done to a home.
  const does = Object.hasOwn(acts, capability)
    ? (acts as Partial<Record<CapabilityName, (from: Follower, clock: Clock, input: unknown) => Promise<Done>>>)[
        capability
      ]
    : undefined;
  if (does === undefined)
    throw new CaretakerError("not_available_here", words.notHere(capability), { meta: { isSent: false } });
  // A key that is remembered may mean another thing by now.
  await beforeAnything(from.whenKnown());
  return (await does(from, clock, input)) as CapabilityOutput<N>;
}

/** What fails here failed before anything was sent. */
async function beforeAnything(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const known = error instanceof CaretakerError ? error : undefined;
    throw new CaretakerError(
      known?.code ?? "gateway_misbehaving",
      known?.message ?? words.notUnderstood("what it has"),
      {
        cause: error,
        meta: { ...known?.meta, isSent: false },
      },
    );
  }
}

interface ServiceCall {
  readonly domain: string;
  readonly service: string;
  readonly service_data?: Readonly<Record<string, unknown>>;
}

async function call(from: Follower, service: ServiceCall, seconds: number): Promise<Done> {
  try {
    const answer = await from.client.ask({ type: "call_service", ...service }, seconds);
    const contextId = CallResult.safeParse(answer).data?.context.id;
    return contextId === undefined ? {} : { contextId };
  } catch (error) {
    if (error instanceof CommandRefused) throw refused(error, `${service.domain}.${service.service}`);
    throw error;
  }
}

/** Home Assistant's own time-out, and errors it did not expect, leave open how far it came. */
function refused(error: CommandRefused, what: string): CaretakerError {
  if (error.code === "timeout" || error.code === "unknown_error")
    return new CaretakerError("gateway_misbehaving", words.saidNo(error.message || error.code), {
      cause: error,
      meta: { code: error.code },
    });
  // A service that wants an administrator says so in words only.
  const isUnauthorized = error.code === "unauthorized" || error.message === "Unauthorized";
  const message = isUnauthorized ? words.notAdmin(what) : words.saidNo(error.message || error.code);
  return new CaretakerError("step_failed", message, { cause: error, meta: { code: error.code } });
}

function needEntity(from: Follower, key: string): LiveEntity {
  const entity = from.home.byKey(key);
  if (entity === undefined) throw new CaretakerError("step_failed", words.noSuch("entity"));
  return entity;
}

/** Home Assistant passes over what is not there or does not answer, and says that all went well. */
function needSwitch(from: Follower, key: string): LiveEntity {
  const entity = needEntity(from, key);
  const name = entity.name ?? entity.entityId;
  if (entity.traits.domain !== "switch") throw new CaretakerError("step_failed", words.notASwitch(name));
  if (isSilent(entity)) throw new CaretakerError("step_failed", words.switchSilent(name));
  return entity;
}

function switchIt(from: Follower, entity: LiveEntity, service: "turn_on" | "turn_off"): Promise<Done> {
  return call(from, { domain: "switch", service, service_data: { entity_id: entity.entityId } }, SWITCH_SECONDS);
}

/** Switching on may be repeated; leaving a home dark may not. */
async function switchOnAgain(from: Follower, clock: Clock, entity: LiveEntity): Promise<void> {
  for (let time = 1; ; time += 1) {
    try {
      await switchIt(from, entity, "turn_on");
      return;
    } catch (error) {
      if (time === TIMES_ON || !from.client.isOpen) {
        const name = entity.name ?? entity.entityId;
        throw new CaretakerError("gateway_misbehaving", words.leftOff(name), {
          cause: error,
          meta: { cause: "left_off" },
        });
      }
      await sleep(clock, BETWEEN_ON_SECONDS * 1000);
    }
  }
}
