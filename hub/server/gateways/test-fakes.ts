import { startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { startFakeHomeAssistant } from "@caretaker/connector-home-assistant/fake-gateway";

/** A fake gateway of any make, as a test of several makes uses it. */
export interface AnyFake {
  /** What a technician would type. */
  readonly config: Readonly<Record<string, unknown>>;
  /** It is gone: the connection breaks and nothing listens. */
  goAway(): Promise<void>;
  close(): Promise<void>;
}

const FAKES: Readonly<Record<string, () => Promise<AnyFake>>> = {
  "home-assistant": async () => {
    const fake = await startFakeHomeAssistant();
    const close = () => fake.close();
    return { config: { url: fake.url, token: fake.token }, goAway: close, close };
  },
  control4: startFakeControl4,
  crestron: startFakeProcessor,
  cresnext: startFakePanel,
};

/** Starts a fake of this make. A new make needs a line above, or every test over several makes fails. */
export async function startFakeOf(make: string): Promise<AnyFake> {
  const start = FAKES[make];
  if (start === undefined) throw new Error(`Add the fake of ${make} to hub/server/gateways/test-fakes.ts.`);
  return start();
}
