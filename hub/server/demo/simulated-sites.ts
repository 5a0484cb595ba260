import { demoHome, startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { demoPanels, startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import {
  demoHouse,
  demoProcessor,
  startFakeHome,
  startFakeProcessor,
} from "@caretaker/connector-crestron/fake-gateway";
import {
  demoHomes,
  type Home,
  homeBesideAnother,
  startFakeHomeAssistant,
} from "@caretaker/connector-home-assistant/fake-gateway";

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
  return [...homeAssistants(), control4(), panels()];
}

function homeAssistants(): SimulatedSite[] {
  return demoHomes().map(({ home, ...site }) => ({ ...site, gateways: [homeAssistant(home)] }));
}

function homeAssistant(home: Home): SimulatedGateway {
  return {
    connector: "home-assistant",
    name: "Home Assistant",
    async start({ port, secret }) {
      const where = { ...(port === undefined ? {} : { port }), ...(secret === undefined ? {} : { token: secret }) };
      const fake = await startFakeHomeAssistant({ home, isLivedIn: true, ...where });
      const { url, token } = fake;
      return { port: fake.port, url, secret: token, config: { url, token }, close: () => fake.close() };
    },
  };
}

/**
 * A Control4 house whose video matrix does not answer, which the installer's macro brings back, and in whose living room
 * the picture hangs; a Home Assistant beside it looks after sensors and the garden. The account service of Control4 is a
 * second server, wherever there is room.
 */
function control4(): SimulatedSite {
  return {
    site: "Marsh House",
    client: "Ada Marsh",
    town: "Brighton",
    timeZone: "Europe/London",
    poweredBy: {},
    gateways: [
      {
        connector: "control4",
        name: "Control4",
        async start({ port = 0 }) {
          const knobs = { restartMilliseconds: 8000, settleMilliseconds: 800 };
          const fake = await startFakeControl4({ home: demoHome(), knobs, ports: { controller: port, account: 0 } });
          fake.house.setOnline("Video matrix", false);
          fake.house.stickRoom("Living room", fake.house.find("Television").row.id);
          const { config, ports, password } = fake;
          const url = `https://${fake.address}`;
          return { port: ports.controller, url, secret: password, config, close: () => fake.close() };
        },
      },
      homeAssistant(homeBesideAnother()),
    ],
  };
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

/**
 * By both of its doors. Its Crestron Home makes a new certificate at each restart, as real ones do: a demo trusts any,
 * since otherwise that door would be shut after the first restart until somebody has confirmed the next one.
 */
function processor(): SimulatedGateway {
  return {
    connector: "crestron",
    name: "Processor",
    async start({ port, secret }) {
      const where = { ...(port === undefined ? {} : { port }), ...(secret === undefined ? {} : { password: secret }) };
      const home = await startFakeHome({
        house: demoHouse(),
        knobs: { restartMilliseconds: 8000, bootMilliseconds: 4000 },
      });
      const knobs = { rebootDownMilliseconds: 8000 };
      const fake = await startFakeProcessor({ processor: demoProcessor(), knobs, alongside: home, ...where }).catch(
        async (error: unknown) => {
          await home.close();
          throw error;
        },
      );
      const config = {
        ...fake.config,
        homeAddress: home.address,
        homeToken: home.token,
        acceptAnyCertificate: true,
      };
      return {
        port: fake.port,
        url: `ssh://${fake.address}`,
        secret: fake.password,
        config,
        async close() {
          await Promise.all([fake.close(), home.close()]);
        },
      };
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
