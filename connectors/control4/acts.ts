import {
  type ActionName,
  type ActRequest,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
} from "@caretaker/protocol";
import { CommandRow, Experiences, rowsOf } from "./schema.ts";
import type { Held } from "./session.ts";
import { words } from "./words.ts";

type Done = { contextId?: string };
type Acts = { readonly [N in ActionName]?: (from: Held, input: CapabilityInput<N>) => Promise<Send | undefined> };

/** What will be sent: worked out first, so that whatever fails before it is known to have changed nothing. */
interface Send {
  readonly item: number;
  readonly command: AllowedCommand;
  readonly params: Readonly<Record<string, number>>;
}

/**
 * Every command that can leave this connector. None of them is taken by a lock or an alarm, and each goes to a room or to
 * the agent of the macros alone.
 */
type AllowedCommand = "ROOM_OFF" | "SELECT_VIDEO_DEVICE" | "SELECT_AUDIO_DEVICE" | "EXECUTE_MACRO";

const MACROS = "control4_agent_macros";

const acts: Acts = {
  "entity.refresh": async ({ follower }, { entity }) => {
    const thing = follower.home.thing(entity);
    if (thing === undefined || thing.of === "macro") throw new CaretakerError("step_failed", words.noSuch("entity"));
    await follower.look([thing.item]);
    return undefined;
  },

  "room.off": async (from, { room }) => ({ item: needRoom(from, room), command: "ROOM_OFF", params: {} }),

  "room.select": async (from, { room, source }) => {
    const item = needRoom(from, room);
    const thing = from.follower.home.thing(source);
    if (thing?.of !== "item") throw new CaretakerError("step_failed", words.noSuch("source"));
    const said = Experiences.parse(await from.director.experiences());
    const types = said.experiences
      .filter((one) => one.room_id === item && one.sources.source.some(({ id }) => id === thing.item))
      .map(({ type }) => type);
    const name = from.follower.home.item(thing.item)?.name ?? source;
    if (types.includes("watch")) return { item, command: "SELECT_VIDEO_DEVICE", params: { deviceid: thing.item } };
    if (types.includes("listen")) return { item, command: "SELECT_AUDIO_DEVICE", params: { deviceid: thing.item } };
    throw new CaretakerError("step_failed", words.notASource(name));
  },

  "macro.run": async (from, { macro: key }) => {
    const thing = from.follower.home.thing(key);
    if (thing?.of !== "macro") throw new CaretakerError("step_failed", words.noSuch("macro"));
    const agent = [...from.follower.home.items].find(({ proxy }) => proxy === MACROS);
    if (agent === undefined) throw new CaretakerError("step_failed", words.noMacros);
    return { item: agent.id, command: "EXECUTE_MACRO", params: { id: thing.macro.id } };
  },
};

/** Does one thing, once. `step_failed`: nothing happened. Any other error after it was sent: nobody knows. */
export async function act<N extends CapabilityName>(from: Held, request: ActRequest<N>): Promise<CapabilityOutput<N>> {
  const { capability, input } = request;
  const plan = (acts as Partial<Record<CapabilityName, (from: Held, input: unknown) => Promise<Send | undefined>>>)[
    capability
  ];
  if (plan === undefined)
    throw new CaretakerError("not_available_here", words.notHere(capability), { meta: { isSent: false } });
  const send = await beforeAnything(async () => {
    const planned = await plan(from, input);
    return planned === undefined ? undefined : advertised(from, planned);
  });
  if (send !== undefined) await from.director.command(send.item, send.command, send.params);
  return {} satisfies Done as CapabilityOutput<N>;
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
