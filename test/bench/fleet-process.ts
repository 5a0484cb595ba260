import {
  type FakeHomeAssistant,
  largeHome,
  startFakeHomeAssistant,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { cpuMicroseconds, preciseNow, serveWorker } from "./worker.ts";

/** Groups of simulated homes, in a process of their own. */

export interface FleetHome {
  readonly port: number;
  readonly token: string;
}

const groups = new Map<string, FakeHomeAssistant[]>();
const AT_ONCE = 50;
/** How often a home speaks within a second is spread over ticks, as homes do not speak in step. */
const TICK = 5;

async function open({
  group,
  homes,
  entities,
}: {
  group: string;
  homes: number;
  entities: number;
}): Promise<FleetHome[]> {
  const home = largeHome(entities);
  const fakes: FakeHomeAssistant[] = [];
  for (let from = 0; from < homes; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, homes - from) }, () =>
      startFakeHomeAssistant({ home, knobs: { coalesces: false }, token: `bench-token-of-a-home-${group}-0123456789` }),
    );
    fakes.push(...(await Promise.all(some)));
  }
  groups.set(group, fakes);
  return fakes.map(({ port, token }) => ({ port, token }));
}

/** Sends so many events a second, evenly over the homes and their entities; answers how many were sent. */
async function emit({
  group,
  perSecond,
  seconds,
}: {
  group: string;
  perSecond: number;
  seconds: number;
}): Promise<number> {
  const fakes = groups.get(group) ?? [];
  const ids = [...(fakes[0]?.house.states.ids() ?? [])].filter((id) => id.startsWith("sensor."));
  const total = perSecond * seconds;
  const began = performance.now();
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * perSecond));
    for (; sent < due; sent += 1) {
      const fake = fakes[sent % fakes.length];
      const id = ids[Math.floor(sent / fakes.length) % ids.length];
      fake?.emitPrepared(changeOf(id ?? "", sent));
    }
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  return sent;
}

/** As Home Assistant writes it: a new state, when, and a context of 26 characters. */
function changeOf(id: string, number: number): string {
  const state = (number % 1000) / 10;
  return `{"c":{"${id}":{"+":{"s":"${state}","lc":${preciseNow() / 1000},"c":"01JDBENCH${String(number).padStart(17, "0")}"}}}}`;
}

serveWorker(
  {
    open,
    emit,
    cpu: cpuMicroseconds,
    clients: ({ group }: { group: string }) => (groups.get(group) ?? []).reduce((sum, fake) => sum + fake.clients, 0),
  },
  () => {},
);
