import type {
  BroadcastName,
  Device,
  DeviceId,
  EntityId,
  EntityState,
  Gateway,
  GatewayId,
  Integration,
  IntegrationId,
  RunbookSummary,
  ServerToClientEvents,
  SiteId,
  SiteRow,
  WatchAnswer,
  WatchRequest,
} from "@caretaker/protocol";
import { MantineProvider } from "@mantine/core";
import { type RenderResult, render } from "@testing-library/react";
import type { ReactElement } from "react";
import type { Line, LineState } from "./live/line.ts";
import { theme } from "./theme.ts";

/** Ids of tests, told apart by their last digits. */
export const id = <T extends string>(number: number): T =>
  `00000000-0000-7000-8000-${String(number).padStart(12, "0")}` as T;

export const AT = "2026-11-22T18:00:00.000Z";

export function buildRow(changes: Partial<SiteRow> & { id: SiteId }): SiteRow {
  return {
    number: 1,
    name: "Lee, Park Lane",
    clientId: id(900),
    clientName: "Ada Lee",
    town: "Utrecht",
    phone: "+31 20 555 0123",
    timeZone: "Europe/Amsterdam",
    connectors: ["home-assistant"],
    health: "ok",
    reason: { code: "all_well" },
    since: AT,
    lastSeenAt: AT,
    unavailable: 0,
    entities: 10,
    activeRuns: 0,
    waitingForConsent: 0,
    stoppedAt: null,
    isSimulated: false,
    ...changes,
  };
}

export function buildGateway(changes: Partial<Gateway> = {}): Gateway {
  return {
    id: id<GatewayId>(20),
    siteId: id(1),
    connector: "home-assistant",
    connectorName: "Home Assistant",
    name: "Home Assistant",
    address: "http://192.0.2.20:8123",
    via: "direct",
    state: "online",
    reason: { code: "connected" },
    since: AT,
    lastSeenAt: AT,
    nextTryAt: null,
    version: "2026.11.1",
    isAdmin: true,
    garbage: 0,
    isSimulated: false,
    ...changes,
  };
}

export function buildIntegration(changes: Partial<Integration> = {}): Integration {
  return {
    id: id<IntegrationId>(30),
    gatewayId: id(20),
    name: "Hue bridge",
    domain: "hue",
    state: "loaded",
    reason: null,
    needsSignIn: false,
    disabled: false,
    entities: 2,
    unavailable: 0,
    ...changes,
  };
}

export function buildDevice(changes: Partial<Device> = {}): Device {
  return {
    id: id<DeviceId>(40),
    gatewayId: id(20),
    name: "Hall pendant",
    roomId: null,
    integrationIds: [id(30)],
    upstreamId: null,
    make: null,
    model: null,
    firmware: null,
    kind: "light",
    maySleep: false,
    poweredBy: null,
    doNotTouch: false,
    carriesGateway: false,
    gone: false,
    version: 1,
    ...changes,
  };
}

export function buildEntity(changes: Partial<EntityState> = {}): EntityState {
  return {
    id: id<EntityId>(50),
    deviceId: id(40),
    roomId: null,
    integrationId: id(30),
    gatewayId: id(20),
    label: "light.hall_pendant",
    name: "Hall pendant",
    kind: "light",
    deviceClass: null,
    unit: null,
    private: false,
    diagnostic: false,
    state: "on",
    attributes: {},
    availability: "online",
    since: AT,
    reportedAt: AT,
    ...changes,
  };
}

export function buildRunbook(changes: Partial<RunbookSummary> = {}): RunbookSummary {
  return {
    id: "home-assistant/stuck-integration" as RunbookSummary["id"],
    version: 1,
    digest: "d",
    title: "Revive an integration",
    tell: "We would like to restart it.",
    connectors: ["home-assistant"],
    scope: "fix",
    readsOnly: false,
    limitSeconds: 300,
    worstCaseSeconds: 200,
    inputs: [{ name: "service", type: "integration", title: "Integration", optional: false }],
    isStock: true,
    copyOf: null,
    ...changes,
  };
}

type Listeners = { [N in BroadcastName]?: (message: never) => void };

/** A line that a test speaks through: it answers watches as told and remembers what was asked. */
export class FakeLine implements Line {
  state: LineState = "connecting";
  readonly asked: WatchRequest[] = [];
  readonly left: WatchRequest[] = [];
  answer: (request: WatchRequest) => WatchAnswer | Promise<WatchAnswer> = () => {
    throw new Error("nothing was told to answer");
  };
  readonly #listeners: Listeners = {};
  readonly #states = new Set<(state: LineState) => void>();

  open(): void {}

  async watch(request: WatchRequest): Promise<WatchAnswer> {
    this.asked.push(request);
    return this.answer(request);
  }

  unwatch(request: WatchRequest): void {
    this.left.push(request);
  }

  on<N extends BroadcastName>(name: N, listener: ServerToClientEvents[N]): void {
    this.#listeners[name] = listener as never;
  }

  onState(listener: (state: LineState) => void): void {
    this.#states.add(listener);
  }

  close(): void {
    this.become("closed");
  }

  become(state: LineState): void {
    this.state = state;
    for (const listener of this.#states) listener(state);
  }

  say<N extends BroadcastName>(name: N, message: Parameters<ServerToClientEvents[N]>[0]): void {
    this.#listeners[name]?.(message as never);
  }
}

/** Renders as the dashboard does; jsdom has neither `matchMedia` nor `ResizeObserver`, which Mantine asks for. */
export function renderInApp(element: ReactElement): RenderResult {
  window.matchMedia ??= (query: string) =>
    ({
      matches: false,
      media: query,
      addEventListener: () => {},
      removeEventListener: () => {},
      addListener: () => {},
      removeListener: () => {},
    }) as unknown as MediaQueryList;
  globalThis.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  return render(
    <MantineProvider theme={theme} env="test">
      {element}
    </MantineProvider>,
  );
}
