import {
  type ActionName,
  type ActRequest,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
} from "@caretaker/protocol";
import { doExercise, planExercise } from "./exercise.ts";
import { CommandRow, Experiences, rowsOf } from "./schema.ts";
import type { Send } from "./send.ts";
import type { Held } from "./session.ts";
import { words } from "./words.ts";

type Done = { contextId?: string };
/** What is left to do once all that could fail without a trace has been looked at; undefined where nothing is. */
type Rest = (() => Promise<void>) | undefined;
type Acts = { readonly [N in ActionName]?: (from: Held, input: CapabilityInput<N>) => Promise<Rest> };

const MACROS = "control4_agent_macros";

const acts: Acts = {
  "entity.refresh": async ({ follower }, { entity }) => {
    const thing = follower.home.thing(entity);
    if (thing === undefined || thing.of === "macro") throw new CaretakerError("step_failed", words.noSuch("entity"));
    await follower.look([thing.item]);
    return undefined;
  },

  "entity.exercise": async (from, { entity }) => {
    const exercise = planExercise(from, entity);
    const there = await advertised(from, exercise.there);
    const back = await advertised(from, exercise.back);
    return () => doExercise(from, { ...exercise, there, back });
  },

  "room.off": async (from, { room }) => once(from, { item: needRoom(from, room), command: "ROOM_OFF", params: {} }),

  "room.select": async (from, { room, source }) => {
    const item = needRoom(from, room);
    const thing = from.follower.home.thing(source);
    if (thing?.of !== "item") throw new CaretakerError("step_failed", words.noSuch("source"));
    const said = Experiences.parse(await from.director.experiences());
    const types = said.experiences
      .filter((one) => one.room_id === item && one.sources.source.some(({ id }) => id === thing.item))
      .map(({ type }) => type);
    const name = from.follower.home.item(thing.item)?.name ?? source;
    if (types.includes("watch"))
      return once(from, { item, command: "SELECT_VIDEO_DEVICE", params: { deviceid: thing.item } });
    if (types.includes("listen"))
      return once(from, { item, command: "SELECT_AUDIO_DEVICE", params: { deviceid: thing.item } });
    throw new CaretakerError("step_failed", words.notASource(name));
  },

  "macro.run": async (from, { macro: key }) => {
    const thing = from.follower.home.thing(key);
    if (thing?.of !== "macro") throw new CaretakerError("step_failed", words.noSuch("macro"));
    const agent = [...from.follower.home.items].find(({ proxy }) => proxy === MACROS);
    if (agent === undefined) throw new CaretakerError("step_failed", words.noMacros);
    return once(from, { item: agent.id, command: "EXECUTE_MACRO", params: { id: thing.macro.id } });
  },
};

/** Does one thing, once. `step_failed`: nothing happened. Any other error after it was sent: nobody knows. */
export async function act<N extends CapabilityName>(from: Held, request: ActRequest<N>): Promise<CapabilityOutput<N>> {
  const { capability, input } = request;
  const plan = (acts as Partial<Record<CapabilityName, (from: Held, input: unknown) => Promise<Rest>>>)[capability];
  if (plan === undefined)
    throw new CaretakerError("not_available_here", words.notHere(capability), { meta: { isSent: false } });
  const rest = await beforeAnything(() => plan(from, input));
  await rest?.();
  return {} satisfies Done as CapabilityOutput<N>;
}

/** One command, sent once, where the item takes it. */
async function once(from: Held, send: Send): Promise<Rest> {
  const { item, command, params } = await advertised(from, send);
  return () => from.director.command(item, command, params);
}

/** What fails here failed before anything was sent. */
async function beforeAnything<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = error instanceof CaretakerError ? error : undefined;
    throw new CaretakerError(
      known?.code ?? "gateway_misbehaving",
      known?.message ?? words.notUnderstood("what it takes"),
      { cause: error, meta: { ...known?.meta, isSent: false } },
    );
  }
}

/** Only what the item itself says that it takes, with the names that it gives its parameters. */
async function advertised({ director }: Held, { item, command, params }: Send): Promise<Send> {
  const rows = rowsOf(CommandRow, await director.commandsOf(item), () => {});
  const row = rows.find((one) => one.command === command);
  if (row === undefined) throw new CaretakerError("step_failed", words.notOffered(command));
  const named = Object.entries(params).map(([name, value]) => {
    const found = row.params.find((one) => one.name.toLowerCase() === name.toLowerCase());
    return [found?.name ?? name, value] as const;
  });
  return { item, command, params: Object.fromEntries(named) };
}

function needRoom({ follower }: Held, key: string): number {
  const room = follower.home.room(key);
  if (room === undefined) throw new CaretakerError("step_failed", words.noSuch("room"));
  return room.id;
}
