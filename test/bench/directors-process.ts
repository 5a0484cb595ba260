import { type FakeControl4, startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { cpuMicroseconds, serveWorker } from "./worker.ts";

/** Simulated Control4 homes, in a process of their own. */

/** What a technician would type to add one. */
export type DirectorHome = Readonly<Record<string, string>>;

const groups = new Map<string, { fakes: FakeControl4[]; lights: number[] }>();
const AT_ONCE = 25;
/** How often a home speaks within a second is spread over ticks, as homes do not speak in step. */
const TICK = 5;

async function open({ group, homes }: { group: string; homes: number }): Promise<DirectorHome[]> {
  const fakes: FakeControl4[] = [];
  for (let from = 0; from < homes; from += AT_ONCE)
    fakes.push(
      ...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, homes - from) }, () => startFakeControl4()))),
    );
  const lights = ["Hall pendants", "Bedroom lamps"].map((name) => fakes[0]?.house.find(name).row.id ?? 0);
  groups.set(group, { fakes, lights });
  return fakes.map(({ config }) => config);
}

interface Emit {
  readonly group: string;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Pushes so many new levels of lights a second, evenly over the homes; answers how many. */
async function emit({ group, perSecond, seconds }: Emit): Promise<number> {
  const { fakes, lights } = groups.get(group) ?? { fakes: [], lights: [] };
  const total = perSecond * seconds;
  const began = performance.now();
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * perSecond));
    for (; sent < due; sent += 1) {
      const turn = Math.floor(sent / fakes.length);
      fakes[sent % fakes.length]?.house.set(lights[turn % lights.length] ?? 0, "LIGHT_LEVEL", 1 + (turn % 99));
    }
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  return sent;
}

/** Whether somebody hears every home of the group. */
function isWatched({ group }: { group: string }): boolean {
  return groups.get(group)?.fakes.every(({ push }) => push.isWatched) ?? false;
}

serveWorker({ open, emit, isWatched, cpu: cpuMicroseconds }, () => {});
