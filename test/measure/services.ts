import { homeAssistant } from "@caretaker/connector-home-assistant";
import {
  buildHome as buildFakeHome,
  type FakeHomeAssistant,
  startFakeHomeAssistant,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { createPlainDialer, createTestClock, type TestClock } from "@caretaker/kit";
import {
  CAPABILITIES,
  type CapabilityName,
  type GatewaySession,
  type Inventory,
  isCapability,
  referenceOf,
} from "@caretaker/protocol";
import { openDatabase } from "@caretaker/server/db/database.ts";
import { validateRunbook } from "@caretaker/server/runbooks/validate.ts";
import { runbookOf, testLibrary } from "@caretaker/server/runs/test-helpers.ts";
import type { Effort, Figure } from "./measurement.ts";
import { actsOfForgedRuns, GRANTS } from "./services/forged-runs.ts";
import { DOMAINS, INHERITED, isAllowed, SERVICE_NAMES } from "./services/names.ts";
import { servicesOfOthers } from "./services/other-makes.ts";

/** Small: each so many names one. */
const EACH = { small: 60, full: 1 };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Home extends AsyncDisposable {
  readonly fake: FakeHomeAssistant;
  readonly session: GatewaySession;
  readonly clock: TestClock;
  readonly inventory: Inventory;
}

/** Calls every service there is by every way that leads into a home, and looks at what arrives there. */
export async function services({ isFull, say, openPostgres }: Effort): Promise<Figure[]> {
  const each = isFull ? EACH.full : EACH.small;
  const names = [...SERVICE_NAMES.filter((_, at) => at % each === 0), ...(isFull ? INHERITED : INHERITED.slice(0, 2))];
  await using home = await openHome();
  const accepted = names.flatMap(writtenAs).filter((text) => isGood(text)).length;
  say(`  ${names.length} names written into runbooks`);
  const named = await callByName(home, names);
  say(`  ${named} times named at the connector itself`);
  const aimed = await aimActions(home);
  say(`  ${aimed} times aimed at another kind of thing`);
  const said = await sayToServices(home, names);
  const before = home.fake.acts.length;
  const forged = await inForgedRuns(openPostgres, home, names);
  say(`  ${forged.runs} runs of runbooks that nobody has validated`);
  const others = home.fake.acts.filter((act) => !isAllowed(act));
  const otherThings = home.fake.acts.filter(
    ({ domain, data }) => domain === "switch" && !/^switch\./.test(String(data.entity_id)),
  );
  for (const { domain, service } of others.slice(0, 5)) say(`  ARRIVED: ${domain}.${service}`);
  return [
    { name: "services", value: names.length, unit: "", promise: { atLeast: isFull ? 150 : 5 } },
    { name: "runbooks that name one and are accepted", value: accepted, unit: "", promise: { atMost: 0 } },
    { name: "calls by name at the connector", value: named, unit: "", promise: { atLeast: names.length } },
    { name: "actions aimed at other kinds of things", value: aimed, unit: "", promise: { atLeast: DOMAINS.length } },
    { name: "messages to phones of such names", value: said, unit: "", promise: { atLeast: names.length } },
    {
      name: "runs of them, with each grant",
      value: forged.runs,
      unit: "",
      promise: { atLeast: names.length * GRANTS.length },
    },
    {
      name: "of these, acts that were sent",
      value: forged.acts + home.fake.acts.length - before,
      unit: "",
      promise: { atMost: 0 },
    },
    { name: "of these, that the engine tripped over", value: forged.tripped, unit: "", promise: { atMost: 0 } },
    { name: "calls that arrived in the home", value: home.fake.acts.length, unit: "", promise: { atLeast: 1 } },
    { name: "of these, not in the connector's table", value: others.length, unit: "", promise: { atMost: 0 } },
    { name: "of these, switched what is no switch", value: otherThings.length, unit: "", promise: { atMost: 0 } },
    ...(await servicesOfOthers(isFull ? 1 : 4, say)),
  ];
}

/** A home that has a thing of every domain. */
async function openHome(): Promise<Home> {
  const entities = Object.fromEntries([...DOMAINS, "switch"].map((domain) => [`${domain}.one`, "on"]));
  const plan = { name: "Everything", room: "Hall", entities };
  const fake = await startFakeHomeAssistant({
    home: buildFakeHome({ integrations: [{ domain: "everything", title: "Everything", devices: [plan] }] }),
  });
  const clock = createTestClock();
  let inventory: Inventory | undefined;
  const session = await homeAssistant.connect(
    { url: fake.url, token: fake.token },
    {
      dialer: createPlainDialer(),
      clock,
      log: silent,
      emit: (event) => {
        if (event.type === "inventory") inventory = event.inventory;
      },
    },
  );
  if (inventory === undefined) throw new Error("The home did not say what it has");
  return {
    fake,
    session,
    clock,
    inventory,
    async [Symbol.asyncDispose]() {
      await session.close();
      await fake.close();
    },
  };
}

const { world } = testLibrary([runbookOf("harmless", "\n  - end: found")]);
const isGood = (text: string): boolean => validateRunbook("service.yaml", text, world).ok;

/** Wherever a runbook names something that is done or read. */
function writtenAs(name: string): string[] {
  const check =
    "\n  - check: it\n    read: integration.state\n    with: { integration: $service }\n    expect: { unavailable: 0 }";
  const fix = (does: string, undo: string): string =>
    `${check}\n  - fix: call\n    do: ${does}\n    with: { integration: $service }\n    verify: { again: it, within: 60s }\n    ${undo}\n    next: { failed: { end: not_fixed } }\n  - end: fixed`;
  const irreversible = "irreversible: It is not taken back.";
  return [
    fix(`"${name}"`, irreversible),
    fix(`"home-assistant:${name}"`, irreversible),
    fix("integration.reload", `undo: { do: "${name}", with: { integration: $service } }`),
    `\n  - check: it\n    read: "${name}"\n    expect: { state: on }`,
    `\n  - use: it\n    runbook: "${name.replace(".", "/")}"\n  - end: found`,
  ].map((steps) => runbookOf("service", steps));
}

/** Past the validator, the engine and the gate: as if the hub itself had gone mad. */
async function callByName({ session, fake }: Home, names: readonly string[]): Promise<number> {
  const input = { entity: "lock.one", switch: "lock.one", entity_id: "lock.one", integration: "lock.one", off: 1 };
  let calls = 0;
  for (const name of names) {
    const [domain = "", service = ""] = name.split(".");
    for (const capability of [name, `home-assistant:${name}`, `${domain}/${service}`, domain, service]) {
      if (isCapability(capability)) continue;
      calls += 1;
      const request = { capability, input: { ...input, domain, service }, attemptId: "attempt" } as never;
      const before = fake.acts.length;
      const refused = await session.act(request).then(
        () => false,
        () => true,
      );
      if (!refused && fake.acts.length === before && capability !== "")
        throw new Error(`${capability} was taken for done`);
    }
  }
  return calls;
}

/** What may be done, aimed at a thing of each domain. */
async function aimActions({ session, inventory, clock }: Home): Promise<number> {
  let calls = 0;
  for (const [capability, { kind, input }] of Object.entries(CAPABILITIES)) {
    const field = Object.entries(input.shape).find(([, one]) =>
      ["entity", "integration"].includes(referenceOf(one) ?? ""),
    )?.[0];
    if (kind !== "action" || field === undefined) continue;
    for (const { key } of inventory.entities) {
      calls += 1;
      const act = session.act({
        capability: capability as CapabilityName,
        input: { [field]: key, off: 1 } as never,
        attemptId: "attempt",
      });
      let isOver = false;
      const over = act
        .then(
          () => {},
          () => {},
        )
        .finally(() => {
          isOver = true;
        });
      while (!isOver) await clock.forward("1s");
      await over;
    }
  }
  return calls;
}

/** A phone is named by what the home says, and a home may say anything. */
async function sayToServices({ session }: Home, names: readonly string[]): Promise<number> {
  let calls = 0;
  for (const name of names)
    for (const phone of [name, name.replace(".", "/"), `mobile_app_x.${name}`, `../${name}`]) {
      calls += 1;
      const input = { phone, tag: "t", title: "t", text: "t", buttons: [] };
      await session.say?.({ message: "phone.ask", input }).catch(() => {});
    }
  return calls;
}

async function inForgedRuns(
  openPostgres: Effort["openPostgres"],
  home: Home,
  names: readonly string[],
): Promise<{ runs: number; acts: number; tripped: number }> {
  const database = await openPostgres();
  const db = openDatabase({ url: database.url, log: silent });
  try {
    return await actsOfForgedRuns(db, home.session, names);
  } finally {
    await db.destroy();
    await database.close();
  }
}
