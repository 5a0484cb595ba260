import { homeAssistant } from "@caretaker/connector-home-assistant";
import {
  type CapabilityDeclaration,
  type CapabilityName,
  CaretakerError,
  type GatewayState,
  HUB_CAPABILITIES,
  isHubRead,
} from "@caretaker/protocol";
import type { RunGateways } from "./deps.ts";

/** A home that can be ill and be mended, which counts what is done to it. It is the gateway as runs see it. */
export class House implements RunGateways {
  state: GatewayState = "online";
  /** What each read answers now, whatever it is asked for or by that; an error is thrown. */
  readonly reads = new Map<CapabilityName, object | Error | ((input: Readonly<Record<string, unknown>>) => object)>();
  /** What each act does to the home; may throw. */
  readonly effects = new Map<CapabilityName, (input: Readonly<Record<string, unknown>>) => void | Promise<void>>();
  readonly acts: { readonly capability: CapabilityName; readonly input: unknown; readonly attemptId: string }[] = [];
  readonly readsMade: CapabilityName[] = [];
  readonly capabilities: Partial<Record<CapabilityName, CapabilityDeclaration>> = {
    ...homeAssistant.manifest.capabilities,
    ...HUB_CAPABILITIES,
  };

  constructor() {
    this.setBridge("well");
    this.reads.set("entity.state", {
      state: "on",
      availability: "online",
      since: "2026-01-01T00:00:00.000Z",
      attributes: {},
    });
    this.effects.set("power.cycle", () => this.setBridge("well"));
    this.effects.set("integration.reload", () => this.setBridge("well"));
  }

  /** A wedged bridge leaves its integration loaded, with entities that do not answer. */
  setBridge(state: "well" | "wedged" | "signed_out"): void {
    const isWell = state === "well";
    const integration = { reason: null, needsSignIn: state === "signed_out", unavailable: isWell ? 0 : 7, entities: 7 };
    this.reads.set("integration.state", { state: state === "signed_out" ? "setup_error" : "loaded", ...integration });
    this.reads.set("device.state", {
      availability: isWell ? "online" : "offline",
      entities: 7,
      unavailable: isWell ? 0 : 7,
      battery: null,
      lastSeen: null,
      firmware: "1.0",
    });
  }

  read: RunGateways["read"] = async (_gatewayId, capability, input) => {
    this.readsMade.push(capability);
    if (this.state !== "online" && !isHubRead(capability))
      throw new CaretakerError("gateway_unreachable", "It is not connected.", { meta: { isSent: false } });
    const answer = this.reads.get(capability);
    if (answer instanceof Error) throw answer;
    if (typeof answer === "function") return answer(input as Readonly<Record<string, unknown>>) as never;
    if (answer === undefined) throw new CaretakerError("not_available_here", `This home has no ${capability}.`);
    return answer as never;
  };

  act: RunGateways["act"] = async (_gatewayId, { capability, input, attemptId }) => {
    if (this.state !== "online")
      throw new CaretakerError("gateway_unreachable", "It is not connected.", { meta: { isSent: false } });
    this.acts.push({ capability, input, attemptId });
    await this.effects.get(capability)?.(input as Readonly<Record<string, unknown>>);
    return {} as never;
  };

  status: RunGateways["status"] = () => ({ state: this.state, name: "Home Assistant" });
  capabilitiesOf: RunGateways["capabilitiesOf"] = () => this.capabilities;
}
