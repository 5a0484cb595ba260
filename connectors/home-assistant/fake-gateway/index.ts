export { buildHome, type DevicePlan, type EntityPlan, type HomePlan, type IntegrationPlan } from "./build-home.ts";
export { demoHomes, homeBesideAnother } from "./demo-homes.ts";
export type { BridgeExtra, BridgeMode, BridgeStart, Home } from "./home.ts";
export { GARBAGE, type GarbageKind, type Knobs } from "./knobs.ts";
export { largeHome } from "./large-home.ts";
export type { FakePhone, Shown } from "./phones.ts";
export {
  type ActSeen,
  type Counters,
  FakeHomeAssistant,
  type StartFakeHomeAssistant,
  startFakeHomeAssistant,
} from "./server.ts";
export { FakeSupervisor } from "./supervisor.ts";
export { testHome } from "./test-home.ts";
