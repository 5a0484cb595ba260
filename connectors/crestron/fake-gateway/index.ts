export { demoProcessor } from "./demo-processor.ts";
export { demoHouse } from "./home/demo-house.ts";
export { type House, type HouseRow, testHouse } from "./home/house.ts";
export { type FakeHome, type StartFakeHome, startFakeHome } from "./home/server.ts";
export { type ProcessorPlan, testProcessor } from "./processor.ts";
export { type FakeProcessor, type StartFakeProcessor, startFakeProcessor } from "./server.ts";
