import { logIn } from "./bare-client.ts";
import type { FleetHome } from "./fleet-process.ts";
import { cpuMicroseconds, preciseNow, serveWorker } from "./worker.ts";

/** Bare `ws` clients, all at once: the moment at which the last had its first states. */
async function connect({ homes }: { homes: readonly FleetHome[] }): Promise<number> {
  await Promise.all(homes.map(logIn));
  return preciseNow();
}

serveWorker({ connect, cpu: cpuMicroseconds }, () => {});
