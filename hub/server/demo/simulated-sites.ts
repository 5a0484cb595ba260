import { demoPanels, startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { demoProcessor, startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { demoHomes, startFakeHomeAssistant } from "@caretaker/connector-home-assistant/fake-gateway";

/** A site of the demo, with what stands in it. */
export interface SimulatedSite {
  readonly site: string;
  readonly client: string;
  readonly town: string;
  readonly timeZone: string;
  readonly gateways: readonly SimulatedGateway[];
  /** Devices that a person said are fed by a switch: the device's name and the label of the switch. */
  readonly poweredBy: Readonly<Record<string, string>>;
}

export interface SimulatedGateway {
  readonly connector: string;
  readonly name: string;
  start(at: { readonly port?: number; readonly secret?: string }): Promise<Simulation>;
}

/** A gateway that runs on this machine. */
export interface Simulation {
  readonly port: number;
  readonly url: string;
  /** What opens it: nothing but a simulation, so it may be remembered in the open. */
  readonly secret: string;
  /** What a technician would type. */
  readonly config: Record<string, unknown>;
  close(): Promise<void>;
}

/** The homes of the demo, of each make at least one. */
export function simulatedSites(): readonly SimulatedSite[] {
  return [...homeAssistants(), panels()];
}

function homeAssistants(): SimulatedSite[] {
  return demoHomes().map(({ home, ...site }) => ({
    ...site,
    gateways: [
      {
        connector: "home-assistant",
        name: "Home Assistant",
        async start({ port, secret }) {
          const where = { ...(port === undefined ? {} : { port }), ...(secret === undefined ? {} : { token: secret }) };
          const fake = await startFakeHomeAssistant({ home, isLivedIn: true, ...where });
          const { url, token } = fake;
          return { port: fake.port, url, secret: token, config: { url, token }, close: () => fake.close() };
        },
      },
    ],
  }));
}

/** A house with a Crestron processor and its panels, one of which has lost the processor, and one the processor. */
function panels(): SimulatedSite {
  return {
    site: "Ashdown House",
    client: "Tom Ashdown",
    town: "Bath",
    timeZone: "Europe/London",
    poweredBy: {},
    gateways: [processor(), ...panelsOnWalls()],
  };
}

function processor(): SimulatedGateway {
  return {
    connector: "crestron",
    name: "Processor",
    async start({ port, secret }) {
      const where = { ...(port === undefined ? {} : { port }), ...(secret === undefined ? {} : { password: secret }) };
      const knobs = { rebootDownMilliseconds: 8000 };
      const fake = await startFakeProcessor({ processor: demoProcessor(), knobs, ...where });
      const { address: url, config } = fake;
      return { port: fake.port, url, secret: config.password, config, close: () => fake.close() };
    },
  };
}

function panelsOnWalls(): SimulatedGateway[] {
  return demoPanels().map(({ called, panel }) => ({
    connector: "cresnext",
    name: called,
    async start({ port, secret }) {
      const where = {
        ...(port === undefined ? {} : { port }),
        ...(secret === undefined ? {} : { password: secret }),
      };
      const knobs = { restartDownMilliseconds: 4000, restartBootMilliseconds: 4000 };
      const fake = await startFakePanel({ panel, knobs, ...where });
      const { url, config } = fake;
      return { port: fake.port, url, secret: config.password, config, close: () => fake.close() };
    },
  }));
}
