import {
  type FakeHomeAssistant,
  startFakeHomeAssistant,
  testHome,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { Firm } from "@caretaker/journeys/harness/firm.ts";
import type { SiteId } from "@caretaker/protocol";
import { openDatabase } from "@caretaker/server/db/database.ts";
import type { Effort, Figure } from "./measurement.ts";
import { signInAs } from "./revocations/sign-in.ts";
import { closeAll, openWatchers, type Watchers } from "./revocations/watchers.ts";

const SOCKETS = { small: 40, full: 1000 };
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const LAMP = "light.hall_lamp";
/** What is said in the home goes on for so long after the moment at which nothing may be heard any more. */
const LISTENS_MILLISECONDS = 2000;
const MUST_BE_OVER_MILLISECONDS = 1000;

interface Way {
  readonly name: string;
  /** What the sockets say of whoever opens them, and how that is taken back. */
  arrange(place: Place): Promise<{ headers: Readonly<Record<string, string>>; takeBack: () => Promise<unknown> }>;
}

interface Place {
  readonly firm: Firm;
  readonly siteId: SiteId;
}

const WAYS: readonly Way[] = [
  {
    name: "a session",
    async arrange({ firm }) {
      const { cookie, sessionId } = await signInAs(firm, "Sam");
      return { headers: { cookie }, takeBack: () => firm.asPrincipal("session.revoke", { sessionId }) };
    },
  },
  {
    name: "a person",
    async arrange({ firm }) {
      const { cookie, personId } = await signInAs(firm, "Kim");
      return { headers: { cookie }, takeBack: () => firm.asPrincipal("person.disable", { personId }) };
    },
  },
  {
    name: "a key",
    async arrange({ firm }) {
      const { id, key } = await firm.asPrincipal("key.create", {
        name: "Screens",
        role: "technician",
        expiresInDays: 1,
      });
      return {
        headers: { authorization: `Bearer ${key}` },
        takeBack: () => firm.asPrincipal("key.revoke", { keyId: id }),
      };
    },
  },
  {
    name: "the view of a home",
    async arrange({ firm, siteId }) {
      const given = { siteId, scopes: [], evidence: "contract", givenBy: "Mrs Lee" } as const;
      return {
        headers: { authorization: `Bearer ${firm.key}` },
        takeBack: () => firm.asPrincipal("scopes.set", { ...given, scopes: [...given.scopes] }),
      };
    },
  },
];

/** Takes back what many sockets at a real hub live by, while their home talks on, and says how long they hear of it. */
export async function revocations({ isFull, say, openPostgres }: Effort): Promise<Figure[]> {
  const sockets = isFull ? SOCKETS.full : SOCKETS.small;
  const postgres = await openPostgres();
  const db = openDatabase({ url: postgres.url, log: silent });
  const firm = await Firm.open({ db, url: postgres.url, drop: () => db.destroy() });
  const fake = await startFakeHomeAssistant({ home: testHome() });
  const figures: Figure[] = [];
  let changes = 0;
  try {
    await firm.settle();
    const { siteId } = await firm.addHome({ url: fake.url, token: fake.token }, ["view"]);
    for (const way of WAYS) {
      const seen = await takeBackFrom(way, { firm, siteId }, fake, sockets);
      changes += seen.before;
      say(`  ${way.name}: the last of ${seen.ended} after ${seen.lastAfter.toFixed(0)} ms`);
      figures.push(
        { name: `${way.name}: sockets that ended`, value: seen.ended, unit: "", promise: { atLeast: sockets } },
        {
          name: "  the last of them",
          value: seen.lastAfter,
          unit: "ms",
          promise: { atMost: MUST_BE_OVER_MILLISECONDS },
        },
        { name: "  changes heard after its end", value: seen.after, unit: "", promise: { atMost: 0 } },
        {
          name: "  somebody else's screen heard on",
          value: seen.others,
          unit: "",
          promise: way.name === "the view of a home" ? { atMost: 0 } : { atLeast: 1 },
        },
      );
    }
  } finally {
    await firm.close();
    await fake.close();
    await postgres.close();
  }
  return [
    ...figures,
    { name: "changes heard before", value: changes, unit: "", promise: { atLeast: sockets * WAYS.length } },
  ];
}

async function takeBackFrom(way: Way, place: Place, fake: FakeHomeAssistant, count: number) {
  const { firm, siteId } = place;
  const { headers, takeBack } = await way.arrange(place);
  const stopTalking = talk(fake);
  const watchers = await openWatchers(firm.hub.url, siteId, headers, count);
  const others = await openWatchers(firm.hub.url, siteId, { authorization: `Bearer ${firm.key}` }, 1);
  try {
    await heardByAll(watchers);
    const before = watchers.changes();
    const began = performance.now();
    await takeBack();
    await waitUntil(() => watchers.ended() === count, 10_000);
    const lastAfter = watchers.lastEnd() - began;
    const heardByOthers = others.changes();
    await pause(LISTENS_MILLISECONDS);
    return {
      before,
      lastAfter,
      ended: watchers.ended(),
      after: watchers.changesAfterEnd(),
      others: others.changes() - heardByOthers,
    };
  } finally {
    stopTalking();
    await closeAll([watchers, others]);
  }
}

/** The home goes on talking, as homes do. */
function talk(fake: FakeHomeAssistant): () => void {
  let isOn = false;
  const timer = setInterval(() => {
    isOn = !isOn;
    fake.setState(LAMP, isOn ? "on" : "off");
  }, 250);
  return () => clearInterval(timer);
}

function heardByAll(watchers: Watchers): Promise<void> {
  return waitUntil(() => watchers.heard() === watchers.count, 60_000);
}

async function waitUntil(isSo: () => boolean, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!isSo() && performance.now() < deadline) await pause(5);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
