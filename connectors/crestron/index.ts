import { defineConnector, type GatewayTarget } from "@caretaker/protocol";
import { checkGateway } from "./checklist.ts";
import { targetsOfDoors } from "./doors.ts";
import { manifest } from "./manifest.ts";
import { openSession } from "./session.ts";

export const crestron = defineConnector({
  manifest,
  target: (config) => targetsOfDoors(config)[0] as GatewayTarget,
  elsewhere: (config) => targetsOfDoors(config).slice(1),
  connect: openSession,
  test: checkGateway,
});
