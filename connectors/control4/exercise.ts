import { CaretakerError } from "@caretaker/protocol";
import { numberOf } from "./normalise/state.ts";
import type { AllowedCommand, Send } from "./send.ts";
import type { Held } from "./session.ts";
import { words } from "./words.ts";

/** There and back, and by which variable it is seen. */
interface Exercise {
  readonly item: number;
  readonly variable: string;
  readonly before: number;
  readonly there: Send;
  readonly back: Send;
}

/** A dimmer ramps in under a second, a blind takes its time to begin. */
const MOVES_WITHIN_SECONDS = 15;
/** So far, in the item's own unit: seen by whoever looks, and no nuisance. */
const LIGHT_STEP = 20;
const BLIND_STEP = 10;
const CELSIUS_STEP = 0.5;
/** A setpoint above this is lowered for the exercise. */
const WARM_CELSIUS = 20;

/**
 * What exercising an entity would be. Rejects with `step_failed` for anything but a light, a blind or a thermostat that
 * says where it is: a lock, an alarm or a relay is none of these, whatever its driver takes.
 */
export function planExercise({ follower: { home } }: Held, key: string): Exercise {
  const thing = home.thing(key);
  if (thing?.of !== "item" || thing.traits.isPrivate)
    throw new CaretakerError("step_failed", words.noExercise(thing === undefined ? "That" : nameOf(key)));
  const { item, traits } = thing;
  const value = (name: string): number | undefined => numberOf(home.variable(item, name));
  if (traits.kind === "light") return levelled(item, "LIGHT_LEVEL", value("LIGHT_LEVEL"), "SET_LEVEL", LIGHT_STEP);
  if (traits.kind === "cover") return levelled(item, "Level", value("Level"), "SET_LEVEL_TARGET", BLIND_STEP);
  if (traits.kind === "climate") return setpoint(item, String(home.variable(item, "HVAC_MODE")).toLowerCase(), value);
  throw new CaretakerError("step_failed", words.noExercise(nameOf(key)));

  function nameOf(of: string): string {
    return home.inventory.entities.find((one) => one.key === of)?.name ?? of;
  }
}

const LEVEL_PARAMETER = { SET_LEVEL: "LEVEL", SET_LEVEL_TARGET: "LEVEL_TARGET" } as const;

function levelled(
  item: number,
  variable: string,
  level: number | undefined,
  command: keyof typeof LEVEL_PARAMETER,
  step: number,
): Exercise {
  if (level === undefined || level < 0 || level > 100) throw new CaretakerError("step_failed", words.noLevel);
  const send = (to: number): Send => ({ item, command, params: { [LEVEL_PARAMETER[command]]: to } });
  return { item, variable, before: level, there: send(level >= 50 ? level - step : level + step), back: send(level) };
}

/** By the setpoint of the mode it is in, in Celsius: the other unit was never seen beside what it is pushed in. */
function setpoint(item: number, mode: string, value: (name: string) => number | undefined): Exercise {
  const [variable, command]: readonly [string, AllowedCommand] =
    value("SINGLE_SETPOINT_C") !== undefined
      ? ["SINGLE_SETPOINT_C", "SET_SETPOINT_SINGLE"]
      : mode === "cool"
        ? ["COOL_SETPOINT_C", "SET_SETPOINT_COOL"]
        : ["HEAT_SETPOINT_C", "SET_SETPOINT_HEAT"];
  const before = value(variable);
  if (before === undefined || mode === "off") throw new CaretakerError("step_failed", words.noLevel);
  const send = (to: number): Send => ({ item, command, params: { CELSIUS: to } });
  const to = before > WARM_CELSIUS ? before - CELSIUS_STEP : before + CELSIUS_STEP;
  return { item, variable, before, there: send(to), back: send(before) };
}

/**
 * Moves it, waits until its controller tells of it, and puts it back. Whatever happens on the way, it is put back: what
 * then cannot be seen rejects with `gateway_misbehaving`, since nobody knows how it stands.
 */
export async function doExercise({ director, follower }: Held, exercise: Exercise): Promise<void> {
  const { item, variable, before, there, back } = exercise;
  const isThere = follower.seen(item, () => numberOf(follower.home.variable(item, variable)) !== before);
  await director.command(item, there.command, there.params);
  const hasMoved = await isThere.within(MOVES_WITHIN_SECONDS);
  const isBack = follower.seen(item, () => numberOf(follower.home.variable(item, variable)) === before);
  await director.command(item, back.command, back.params);
  if (!hasMoved) {
    isBack.cancel();
    throw new CaretakerError("gateway_misbehaving", words.notMoved(MOVES_WITHIN_SECONDS));
  }
  if (!(await isBack.within(MOVES_WITHIN_SECONDS)))
    throw new CaretakerError("gateway_misbehaving", words.notBack(before));
}
