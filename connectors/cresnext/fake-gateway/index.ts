export { demoPanels } from "./demo-panels.ts";
export { defaultKnobs, type Knobs } from "./knobs.ts";
export { type PanelPlan, testPanel } from "./panel.ts";
export { type FakePanel, type StartFakePanel, startFakePanel } from "./server.ts";
