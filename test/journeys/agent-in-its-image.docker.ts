import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildImage, Container, makeNetwork, removeImages, removeVolume, runOnce } from "./harness/containers.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { openFront } from "./harness/front.ts";
import { until } from "./harness/until.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const APP = join(ROOT, "home-assistant-app", "caretaker-agent");
const [IMAGE, APP_IMAGE] = ["caretaker-agent:checked", "caretaker-agent-app:checked"];
const PORT = 18_099;
const PIN = "492817";
const VOLUME = `caretaker-agent-checked-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "image-"));
const cleanups: (() => void)[] = [];

beforeAll(() => {
  buildImage(IMAGE, join(ROOT, "hub/agent/Dockerfile"), ROOT);
  // On the image that was just built, wherever the one of its name is published.
  const text = readFileSync(join(APP, "Dockerfile"), "utf8").replace(/^FROM .*$/m, `FROM ${IMAGE}`);
  writeFileSync(join(folder, "Dockerfile"), text);
  buildImage(APP_IMAGE, join(folder, "Dockerfile"), APP);
});
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});
afterAll(() => {
  removeVolume(VOLUME);
  removeImages(APP_IMAGE, IMAGE);
  rmSync(folder, { recursive: true, force: true });
});

function start(image: string, ...words: readonly string[]): Container {
  const container = Container.start(image, words);
  cleanups.push(() => container.remove());
  return container;
}

/** As docs/agent.md has it started, but on this machine's own network, where the hub and the home are too. */
const ALONE = [
  ...["--network", "host", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"],
  ...["--security-opt", "no-new-privileges", "--volume", `${VOLUME}:/data`],
  ...["--env", `CARETAKER_AGENT_PORT=${PORT}`],
];
/** The page as a browser has it that keeps its cookie. */
class HomePage {
  readonly #url = `http://127.0.0.1:${PORT}`;
  #cookie = "";

  async look(): Promise<string> {
    const answer = await fetch(this.#url, { headers: { cookie: this.#cookie } });
    this.#cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? this.#cookie;
    return answer.text();
  }

  async press(action: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await this.look())?.[1] ?? "";
    const answer = await fetch(`${this.#url}/${action}`, {
      method: "POST",
      headers: { cookie: this.#cookie, origin: this.#url },
      body: new URLSearchParams({ ...fields, csrf, pin: PIN }),
      redirect: "manual",
    });
    this.#cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? this.#cookie;
    expect(answer.status).toBe(303);
  }
}

describe("the agent's image", () => {
  it("holds a gateway as an ordinary user who can write in one folder, and is the same agent after a restart", async () => {
    const firm = await Firm.open().then((opened) => opened.settle());
    const home = await startFakeHomeAssistant({ home: testHome({}) });
    // An address of this machine that is no loopback is a neighbour in the home, for an agent on its network.
    cleanups.push(makeNetwork(`${VOLUME}-home`, "172.30.34.0/24", "172.30.34.1"));
    const neighbour = await openFront(Number(new URL(home.url).port), "172.30.34.1");
    try {
      const client = await firm.api("client.create", { name: "Lee" });
      const { id: siteId } = await firm.api("site.create", {
        clientId: client.id,
        name: "Lee house",
        timeZone: "Europe/Amsterdam",
        contacts: [{ ...HOMEOWNER, role: "owner", verifiedBecause: "She wrote to us from it" }],
        consent: { scopes: ["view", "diagnose"], evidence: "contract", givenBy: HOMEOWNER.name },
      });
      const { link } = await firm.asPrincipal("agent.pairing.make", { siteId });
      const agent = start(IMAGE, ...ALONE, "--env", `CARETAKER_AGENT_HUB=${link}`);
      const page = new HomePage();
      await until(
        () => `the page asks who this is:\n${agent.output()}`,
        async () => (await page.look()).includes("Is this your installer: Bright Homes?"),
      );
      await page.press("confirm", { hubAlone: "quiet", again: PIN });
      const config = { url: neighbour.url, token: home.token };
      const added = { siteId, connector: "home-assistant", name: "Home Assistant", config, throughAgent: true };
      const { id: gatewayId } = await firm.api("gateway.add", added);
      const { hostname: host, port } = new URL(neighbour.url);
      await until("the place is asked for", async () => (await page.look()).includes('action="place"'));
      await page.press("place", { host, port, answer: "allow" });
      await firm.gatewayState(gatewayId, siteId, "online");

      expect(agent.run("id", "-u")).toBe("1000");
      expect(agent.run("touch", "/caretaker/package.json")).toContain("Read-only file system");
      expect(agent.stop()).toBe(0);
      await firm.gatewayState(gatewayId, siteId, "unreachable");
      agent.remove();
      start(IMAGE, ...ALONE);
      await firm.gatewayState(gatewayId, siteId, "online");
    } finally {
      neighbour.close();
      await home.close();
      await firm.close();
    }
  });

  it("finds what was compiled when it was built", () => {
    const debug = ["--env", "NODE_DEBUG_NATIVE=COMPILE_CACHE", "--env", "CARETAKER_AGENT_PORT=none"];
    const agent = start(IMAGE, ...debug);

    expect(agent.ended()).toBe(2);
    const read = agent.output().match(/V8 code cache for ESM \S+ was accepted/g) ?? [];
    expect(read.length).toBeGreaterThan(100);
    expect(agent.output().includes("was not initialized")).toBe(false);
  });
});

describe("the image of the Home Assistant app", () => {
  it("needs no right but to hand its folder over and to stop being root, and opens its page to the Supervisor alone", async () => {
    const network = `caretaker-checked-${process.pid}`;
    cleanups.push(makeNetwork(network, "172.30.32.0/23", "172.30.32.1"));
    const rights = ["CHOWN", "SETGID", "SETUID"].flatMap((right) => ["--cap-add", right]);
    const place = ["--network", network, "--ip", "172.30.33.5"];
    // As the Supervisor makes it: of root's, open to be read.
    const data = mkdtempSync(join(folder, "data-"));
    chmodSync(data, 0o755);
    writeFileSync(join(data, "options.json"), JSON.stringify({ switch: "none" }), { mode: 0o600 });

    const app = start(APP_IMAGE, "--cap-drop", "ALL", ...rights, ...place, "--volume", `${data}:/data`);
    const look = "fetch('http://172.30.33.5:8099/').then(({ status }) => console.log(status))";
    const lookFrom = (address: string): string =>
      runOnce(IMAGE, ["--network", network, "--ip", address, "--entrypoint", "node"], ["-e", look]);
    await until(
      () => `the agent is there:\n${app.output()}`,
      () => app.output().includes("The agent is there."),
    );

    expect(lookFrom("172.30.32.2")).toBe("200");
    expect(lookFrom("172.30.32.3")).toBe("421");
    expect(app.run("stat", "-c", "%u", "/proc/1", "/data/key.json", "/data/options.json")).toBe("1000\n1000\n0");
    expect(app.stop()).toBe(0);
  });
});
