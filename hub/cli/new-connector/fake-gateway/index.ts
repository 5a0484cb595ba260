export { FakeToy, startFakeToy } from "./server.ts";
