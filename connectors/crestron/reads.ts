import {
  type AvailabilityValue,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type ReadRequest,
} from "@caretaker/protocol";
import { driftIn, linesOf, memoryIn, refusalIn, uptimeIn } from "./console/answers.ts";
import { slotOf } from "./console/commands.ts";
import { isFault } from "./console/error-log.ts";
import { isIncomplete } from "./console/log-changes.ts";
import type { Follower } from "./follower.ts";
import type { HomeFollower } from "./home/follower.ts";
import { homeReads } from "./home/reads.ts";
import { answersBy, cresnetKey, keyOfEntry, PROCESSOR } from "./normalise.ts";
import { slotBehind } from "./program.ts";
import { grouped, readLog } from "./read-log.ts";
import type { Processor } from "./session.ts";
import { words } from "./words.ts";

type Input = Readonly<Record<string, unknown>>;
type Reads = {
  [N in CapabilityName]?: (from: Follower, input: Input, processor: Processor) => Promise<CapabilityOutput<N>>;
};

/** Each asks the console anew: what a fix is proven by is never what was remembered. */
const reads: Reads = {
  "gateway.info": async (from, _input, { clock }) => {
    const { version, hostName } = await from.version();
    const uptime = uptimeIn(await from.client.type({ is: "uptime" }));
    const memoryInUse = memoryIn(await from.client.type({ is: "memory" }));
    return {
      name: hostName ?? version.model,
      version: version.version ?? "unknown",
      state: "running",
      timeZone: null,
      // The console does not say what its users may do.
      isAdmin: null,
      recording: null,
      // A user who may not ask for these is told no in words, and what is not said is left out.
      ...(uptime === undefined
        ? {}
        : { startedAt: new Date(clock.now().getTime() - uptime.milliseconds).toISOString() }),
      ...(memoryInUse === undefined ? {} : { memoryInUse }),
    };
  },

  "device.state": async (from, { device }) => {
    if (device === PROCESSOR) return state("online", (await from.version()).version.version);
    const slot = slotOf(device);
    if (slot !== undefined) {
      if (!from.facts.programs.has(slot)) throw new CaretakerError("not_available_here", words.noSuch("program"));
      return state((await from.program(slot)) === undefined ? "offline" : "online", null);
    }
    const id = /^cresnet-([0-9A-F]{2})$/.exec(String(device))?.[1];
    if (id !== undefined) {
      const found = (await from.cresnet()).find((one) => one.id === id);
      if (found === undefined) throw new CaretakerError("not_available_here", words.noSuch("device"));
      return state(found.isListed ? "online" : "unknown", found.version);
    }
    const entry = (await from.table()).find((one) => keyOfEntry(one) === device);
    if (entry === undefined) throw new CaretakerError("not_available_here", words.noSuch("device"));
    return state(answersBy(entry.status), null);
  },

  // Beside its own software the processor knows that of what stands on its bus. What could be installed it never says.
  "firmware.list": async (from) => {
    const { version, hostName } = await from.version();
    const bus = await from.cresnet();
    return {
      firmware: [
        ...(version.version === null
          ? []
          : [{ name: `${version.model} ${hostName ?? ""}`.trim(), version: version.version, newer: null }]),
        ...bus.flatMap(({ id, model, version: own }) =>
          own === null ? [] : [{ name: `${model} (Cresnet ${id})`, version: own, newer: null, device: cresnetKey(id) }],
        ),
      ],
      outdated: 0,
    };
  },

  "log.errors": async (from, { integration }, { clock, log }) => {
    if (integration !== undefined) throw new CaretakerError("not_available_here", words.noSuch("integration"));
    const { notes, momentOf } = await readLog(from, clock);
    await log.handedOut(notes, clock.now());
    return grouped(notes.filter(isFault), momentOf);
  },

  "log.changes": async (from, _input, { clock, log }) => {
    const { notes, momentOf } = await readLog(from, clock);
    const changes = log.changes(notes);
    const comparedWith = log.at?.toISOString() ?? null;
    await log.handedOut(notes, clock.now());
    return {
      ...grouped(changes.notes.filter(isFault), momentOf),
      comparedWith,
      hasBegunAnew: changes.hasBegunAnew,
      isIncomplete: isIncomplete(changes.notes),
    };
  },

  "clock.state": async (from, _input, { clock }) => {
    const said = await from.client.type({ is: "clock" });
    const no = refusalIn(said);
    if (no !== undefined) throw new CaretakerError("not_available_here", words.saidNo(no));
    return { said: linesOf(said).join(" ").slice(0, 200), driftSeconds: driftIn(said, clock.now().getTime()) };
  },

  "program.state": async (from, { device }) => {
    const slot = slotBehind(from, device);
    if (slot === undefined) throw new CaretakerError("not_available_here", words.noSuch("program"));
    const program = await from.program(slot);
    const uptime = uptimeIn(await from.client.type({ is: "program uptime", slot }));
    return {
      isLoaded: program !== undefined,
      name: program?.name ?? null,
      file: program?.file ?? null,
      compiled: program?.compiled ?? null,
      uptimeSeconds: uptime === undefined ? null : Math.round(uptime.milliseconds / 1000),
    };
  },
};

function state(availability: AvailabilityValue, firmware: string | null): CapabilityOutput<"device.state"> {
  const unavailable = availability === "offline" ? 1 : 0;
  return { availability, entities: 1, unavailable, battery: null, lastSeen: null, firmware };
}

/** What is asked of Crestron Home: things of its own by their keys. */
function readHome({ home, clock }: Processor, capability: CapabilityName, input: Input): Promise<unknown> | undefined {
  const { device, entity, room } = input as Readonly<Record<string, string>>;
  if (home === undefined) return undefined;
  if (capability === "device.state" && device?.startsWith("home-")) return homeReads.device(home.need(), device);
  if (capability === "entity.state" && entity !== undefined) return homeReads.entity(home.need(), entity, clock);
  if (capability === "room.state" && room !== undefined) return homeReads.room(home.need(), room);
  return undefined;
}

/** Answers one read through the door that it goes through. Rejects with `not_available_here` where there is none. */
export async function read<N extends CapabilityName>(
  processor: Processor,
  { capability, input }: ReadRequest<N>,
): Promise<CapabilityOutput<N>> {
  const { console, home } = processor;
  const fromHome = readHome(processor, capability, input as Input);
  if (fromHome !== undefined) return (await fromHome) as CapabilityOutput<N>;
  // What both can say of the processor is said by the one that is open.
  if (home?.held !== undefined && console?.held === undefined) {
    const said = await ofProcessor(home.held, capability, input as Input);
    if (said !== undefined) return said as CapabilityOutput<N>;
  }
  const answer = reads[capability] as Reads[N];
  if (answer === undefined || console === undefined)
    throw new CaretakerError("not_available_here", words.notHere(capability));
  const said = await answer(console.need(), input as Input, processor);
  if (capability !== "firmware.list" || home?.held === undefined) return said;
  const list = said as CapabilityOutput<"firmware.list">;
  return { ...list, firmware: [...list.firmware, ...softwareOf(home.held)] } as CapabilityOutput<N>;
}

/** What Crestron Home says with each answer is the version of its interface. */
function softwareOf({ client: { version } }: HomeFollower): CapabilityOutput<"firmware.list">["firmware"] {
  return version === undefined ? [] : [{ name: "Crestron Home (interface)", version, newer: null }];
}

async function ofProcessor(from: HomeFollower, capability: CapabilityName, { device }: Input): Promise<unknown> {
  const isAsked =
    ["gateway.info", "firmware.list"].includes(capability) || (capability === "device.state" && device === PROCESSOR);
  if (!isAsked) return undefined;
  await from.look(["rooms"]);
  if (capability === "device.state") return state("online", null);
  if (capability === "firmware.list") return { firmware: softwareOf(from), outdated: 0 };
  const version = from.client.version ?? "unknown";
  return { name: "Crestron Home", version, state: "running", timeZone: null, isAdmin: null, recording: null };
}
