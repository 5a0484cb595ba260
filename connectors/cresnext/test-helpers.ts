import { openOn, type TestContext, testContext } from "@caretaker/kit";
import type { Clock, GatewaySession } from "@caretaker/protocol";
import { type FakePanel, type StartFakePanel, startFakePanel } from "./fake-gateway/index.ts";
import { cresnext } from "./index.ts";

export { testContext };

/** A fake panel with a session to it. Dispose of it with `await using`. */
export interface OpenPanel extends AsyncDisposable, Pick<TestContext, "inventory" | "told"> {
  readonly fake: FakePanel;
  readonly session: GatewaySession;
  readonly context: TestContext;
}

export async function openPanel(options: StartFakePanel = {}, clock?: Clock): Promise<OpenPanel> {
  const fake = await startFakePanel(options);
  const context = testContext(clock);
  const session = await openOn(fake, () => cresnext.connect(fake.config, context));
  return {
    fake,
    session,
    context,
    inventory: context.inventory,
    told: context.told,
    async [Symbol.asyncDispose]() {
      await session.close();
      await fake.close();
    },
  };
}
