import { type CapabilityName, type CapabilityOutput, CaretakerError, type ReadRequest } from "@caretaker/protocol";
import type { z } from "zod";
import type { ToyClient } from "./client.ts";
import { House, Info, type Thing } from "./schema.ts";
import { words } from "./words.ts";

type Reads = {
  [N in CapabilityName]?: (from: Source, input: Readonly<Record<string, unknown>>) => Promise<CapabilityOutput<N>>;
};

export interface Source {
  readonly client: ToyClient;
  readonly where: string;
}

/** Each asks the gateway anew: what a fix is proven by is never what was remembered. */
const reads: Reads = {
  "gateway.info": async (from) => {
    const { name, version } = await askInfo(from);
    // It does not say its time zone, what our user may do, or whether it keeps a history.
    return { name, version, state: "running", timeZone: null, isAdmin: null, recording: null };
  },

  "device.state": async (from, { device }) => {
    const thing = await findThing(from, device);
    if (thing === undefined) throw new CaretakerError("not_available_here", words.noSuchThing);
    const { reachable } = thing;
    return {
      availability: reachable === undefined ? "unknown" : reachable ? "online" : "offline",
      entities: 1,
      unavailable: reachable === false ? 1 : 0,
      battery: null,
      lastSeen: null,
      firmware: null,
    };
  },
};

/** Answers one read. */
export function read<N extends CapabilityName>(
  from: Source,
  { capability, input }: ReadRequest<N>,
): Promise<CapabilityOutput<N>> {
  const answer = reads[capability] as Reads[N];
  if (answer === undefined) return Promise.reject(new CaretakerError("not_available_here", words.notHere(capability)));
  return answer(from, input as Readonly<Record<string, unknown>>);
}

export async function findThing(from: Source, id: unknown): Promise<Thing | undefined> {
  return (await askHouse(from)).things.find((thing) => thing.id === id);
}

export const askInfo = (from: Source): Promise<Info> => asked(from, "info", Info);
export const askHouse = (from: Source): Promise<House> => asked(from, "house", House);

async function asked<T>({ client, where }: Source, what: string, schema: z.ZodType<T>): Promise<T> {
  const answer = schema.safeParse(await client.ask(what));
  if (answer.success) return answer.data;
  throw new CaretakerError("gateway_misbehaving", words.notUnderstood(where, what), { cause: answer.error });
}
