import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runbookDigest } from "./digest.ts";
import { type Library, makeLibrary, type RunbookFile } from "./library.ts";
import { parseYaml } from "./parse.ts";
import { toDetails, toSummary } from "./summary.ts";
import { GOOD, WORLD } from "./test-world.ts";

const file = (id: string, text: string) => ({
  file: `connectors/${id}.yaml`,
  id,
  text: text.replace("home-assistant/dead-bridge", id),
});
const library = (...files: RunbookFile[]): Library => makeLibrary(files, WORLD.connectors);

const USER = `id: user
version: 1
title: Use another
tell: We look.
inputs: { service: integration, bridge: device }
limit: 1h
steps:
  - use: revive
    runbook: other
    with: { service: $service, bridge: $bridge }
    next: { healthy: { end: healthy } }
  - end: fixed
`;

function refusal(make: () => unknown): string[] {
  try {
    make();
    return [];
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
}

describe("a library", () => {
  it("says all mistakes of all files at once, and is not made", () => {
    const lines = refusal(() =>
      library(
        file("one", GOOD.replace("limit: 30m", "limit: soon")),
        file("two", GOOD),
        file("three", GOOD.replace("- wait:", "- wiat:")),
      ),
    );

    expect(lines).toEqual([
      expect.stringMatching(/^connectors\/one\.yaml:9:8 wrong_value/),
      expect.stringMatching(/^connectors\/three\.yaml:29:5 no_kind: .*Did you mean `wait`\?$/),
    ]);
  });

  it("refuses a runbook whose id is not that of its place", () => {
    expect(refusal(() => library({ ...file("one", GOOD), id: "two" }))).toEqual([
      expect.stringMatching(/^connectors\/one\.yaml:1:5 wrong_id: .*Did you mean `two`\?$/),
    ]);
  });

  it("refuses a fix whose verify holds in the state that was recorded as ill: it would prove nothing", () => {
    const ill = (reads: Record<string, Record<string, unknown>>) => ({ recorded: "Here", reads });
    const state = { entities: 7, battery: null, lastSeen: null, firmware: null };
    const offline = { ...state, availability: "offline", unavailable: 7 };
    const online = { ...state, availability: "online", unavailable: 7 };

    expect(refusal(() => library({ ...file("one", GOOD), ill: ill({ "device.state": offline }) }))).toEqual([]);
    expect(refusal(() => library({ ...file("one", GOOD), ill: ill({ "device.state": online }) }))).toEqual([
      expect.stringMatching(
        /^connectors\/one\.yaml:26:13 verify_already_holds: holds already .*availability is online/,
      ),
    ]);
    expect(refusal(() => library({ ...file("one", GOOD), ill: ill({}) }))).toEqual([
      expect.stringMatching(/verify_already_holds: cannot be judged: .* recorded without device\.state/),
    ]);
  });

  it("lets one use another that comes later, with what it needs included", () => {
    const made = library({ ...file("user", USER), text: USER }, file("other", GOOD));

    expect(made.get("user")?.facts).toMatchObject({
      capabilities: ["device.state", "integration.state", "power.cycle", "power.on"],
      scope: "disruptive",
      locks: ["power"],
    });
    expect(made.get("user")?.facts.worstCaseSeconds).toBe(made.get("other")?.facts.worstCaseSeconds);
  });

  it("refuses one that leads back to itself", () => {
    const self = USER.replace("runbook: other", "runbook: user");

    expect(refusal(() => library({ ...file("user", self), text: self }))).toEqual([
      expect.stringMatching(/too_deep: leads back to itself/),
    ]);
  });
});

describe("a digest", () => {
  const document = (text: string) => {
    const parsed = parseYaml("test.yaml", text);
    if (!parsed.ok) throw new Error("It cannot be read");
    return parsed.document;
  };

  it("does not depend on the layout of the file, nor on the order of its fields", () => {
    const rewritten = `# The same\n${JSON.stringify(Object.fromEntries(Object.entries(document(GOOD)).reverse()))}`;

    expect(runbookDigest(document(rewritten), {})).toBe(runbookDigest(document(GOOD), {}));
  });

  it("depends on every word of it", () => {
    const words = [...GOOD.matchAll(/[a-z]{4,}/g)].map(({ index }) => index);
    const original = runbookDigest(document(GOOD), {});

    fc.assert(
      fc.property(fc.constantFrom(...words), (at) => {
        const text = `${GOOD.slice(0, at)}x${GOOD.slice(at + 1)}`;
        const parsed = parseYaml("test.yaml", text);
        return !parsed.ok || runbookDigest(parsed.document, {}) !== original;
      }),
    );
  });

  it("depends on the runbooks that it uses", () => {
    const one = library({ ...file("user", USER), text: USER }, file("other", GOOD));
    const two = library({ ...file("user", USER), text: USER }, file("other", GOOD.replace("off: 10s", "off: 11s")));

    expect(one.get("user")?.digest).not.toBe(two.get("user")?.digest);
    expect(one.get("other")?.digest).not.toBe(two.get("other")?.digest);
  });
});

describe("what is shown of a runbook", () => {
  const made = library(file("home-assistant/dead-bridge", GOOD));
  const [one] = made.runbooks;

  it("says what it needs to be told, what it can run on, and the most it may ask", () => {
    expect(one && toSummary(one)).toMatchObject({
      id: "home-assistant/dead-bridge",
      version: 3,
      title: "Revive a bridge",
      tell: "The box has stopped answering.",
      connectors: ["home-assistant"],
      scope: "disruptive",
      readsOnly: false,
      limitSeconds: 1800,
      isStock: true,
      inputs: [
        { name: "service", type: "integration", title: "Service", optional: false },
        { name: "bridge", type: "device", title: "The bridge", optional: false },
        { name: "often", type: "number", title: "Often", optional: true, default: 3 },
      ],
    });
  });

  it("has a line for each step, in the order in which it is written", () => {
    expect(one && toDetails(one, made.world).outline).toEqual([
      { name: "alive", kind: "check", title: "Check: the state of one integration", scope: null, canPutBack: false },
      { name: "end.healthy", kind: "end", title: "End: healthy", scope: null, canPutBack: false },
      { name: "cause", kind: "choose", title: "Decide what comes next", scope: null, canPutBack: false },
      { name: "end.needs_homeowner", kind: "end", title: "End: needs homeowner", scope: null, canPutBack: false },
      { name: "end.needs_visit", kind: "end", title: "End: needs visit", scope: null, canPutBack: false },
      { name: "power", kind: "fix", title: "Switch a power outlet off and on", scope: "disruptive", canPutBack: true },
      { name: "end.undone", kind: "end", title: "End: undone", scope: null, canPutBack: false },
      { name: "settled", kind: "wait", title: "Wait: the state of one integration", scope: null, canPutBack: false },
      { name: "end.not_fixed", kind: "end", title: "End: not fixed", scope: null, canPutBack: false },
      { name: "end.fixed", kind: "end", title: "End: fixed", scope: null, canPutBack: false },
    ]);
  });
});
