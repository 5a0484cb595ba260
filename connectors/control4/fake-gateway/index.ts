export { demoHome, testHome } from "./homes.ts";
export type { ActSeen, PushEvent } from "./house.ts";
export type { HomePlan } from "./items.ts";
export type { Knobs } from "./knobs.ts";
export { FAKE_APPLICATION_KEY, FakeControl4, type StartFakeControl4, startFakeControl4 } from "./server.ts";
