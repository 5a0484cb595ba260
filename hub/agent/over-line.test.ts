import { type DescribedConnector, describeConnector } from "@caretaker/kit/describe-connector.ts";
import type { Connector, GatewayId } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { throughAgent } from "@caretaker/server/agents/through-agent.ts";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { openTestLine, type TestLine } from "./test-helpers.ts";

/**
 * The common questions to each connector, asked by a hub of an agent over a real line. Each make says in a
 * `test-described.ts` of its own how its simulated gateway begins: one that has none fails here.
 */

const GATEWAY = "01890000-0000-7000-8000-000000000002" as GatewayId;
let line: TestLine;

beforeAll(async () => {
  line = await openTestLine();
  line.link.start(line.hub, () => ({ key: line.hubKey.publicKey }));
  await vi.waitFor(() => expect(line.atHub()).not.toBeNull());
});
afterAll(() => line.close());

const overLine = (connector: Connector): Connector => ({
  ...throughAgent(connector, GATEWAY, () => line.atHub()),
  manifest: connector.manifest,
});

for (const { manifest } of connectors) {
  const { connector, start } = await describedOf(manifest.id);
  describeConnector({ connector: overLine(connector), start });
}

async function describedOf(make: string): Promise<DescribedConnector> {
  const made: { described: DescribedConnector } = await import(`../../connectors/${make}/test-described.ts`);
  return made.described;
}
