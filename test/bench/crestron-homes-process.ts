import { type FakeHome, type House, startFakeHome, testHouse } from "@caretaker/connector-crestron/fake-gateway";
import type { FleetHome } from "./fleet-process.ts";
import { cpuMicroseconds, serveWorker } from "./worker.ts";

/** Simulated Crestron Homes in a process of their own, whose houses stand still. */

const fakes: FakeHome[] = [];
const AT_ONCE = 50;
const TOKEN = "bench-token-of-a-crestron-home";

async function open({ homes, lights }: { homes: number; lights: number }): Promise<FleetHome[]> {
  const house = houseWith(lights);
  for (let from = 0; from < homes; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, homes - from) }, () =>
      // Plain, so that encryption, which both have to pay for, hides nothing of what is ours.
      startFakeHome({ house, token: TOKEN, isPlain: true }),
    );
    fakes.push(...(await Promise.all(some)));
  }
  return fakes.map(({ port, token }) => ({ port, token }));
}

/** As a house of this make is: mostly lights and shades. */
function houseWith(lights: number): House {
  const house = testHouse();
  const [pendant] = house.lights;
  const [blind] = house.shades;
  if (pendant === undefined || blind === undefined) throw new Error("The house has no light or no blind");
  for (let number = 1; number <= lights; number += 1)
    house.lights.push({ ...pendant, id: 60_000 + number, name: `Light ${number}` });
  for (let number = 1; number <= lights / 4; number += 1)
    house.shades.push({ ...blind, id: 70_000 + number, name: `Blind ${number}` });
  return house;
}

/** How often all of them were asked so far. */
const asked = (): number => fakes.reduce((sum, fake) => sum + fake.asked.length, 0);

serveWorker({ open, asked, cpu: cpuMicroseconds }, () => {});
