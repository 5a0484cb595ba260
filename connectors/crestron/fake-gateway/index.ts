export { demoProcessor } from "./demo-processor.ts";
export { defaultKnobs, type Knobs } from "./knobs.ts";
export { type ProcessorPlan, testProcessor } from "./processor.ts";
export { type FakeProcessor, type StartFakeProcessor, startFakeProcessor } from "./server.ts";
