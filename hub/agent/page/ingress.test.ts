import { request as ask, createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SUPERVISOR } from "./doors.ts";
import { Pin } from "./pin.ts";
import { openTestPage, PIN, type TestPage } from "./test-helpers.ts";

const PREFIX = "/api/hassio_ingress/kq3_x-9Zb2";

/** Home Assistant's door: takes its own path away, says which it was, and hands on everything else. */
function openIngress(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    if (!url.startsWith(`${PREFIX}/`)) return void response.writeHead(404).end("Home Assistant's own 404");
    const { host, ...headers } = request.headers;
    const forwarded = { ...headers, "x-ingress-path": PREFIX, "x-forwarded-host": host ?? "" };
    const onward = ask(
      { host: "127.0.0.1", port, path: url.slice(PREFIX.length), method: request.method, headers: forwarded },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe("the page behind Home Assistant's door", () => {
  let page: TestPage;
  let ingress: Server;
  let at: string;

  beforeEach(async () => {
    page = await openTestPage({
      rules: { names: [], ingress: "127.0.0.1" },
      homeSwitch: () => ({ entityId: "input_boolean.caretaker_service_access", is: "on" }),
    });
    await new Pin(page.home.store).choose(PIN);
    ingress = await openIngress(page.port);
    at = `http://127.0.0.1:${(ingress.address() as AddressInfo).port}${PREFIX}/`;
  });
  afterEach(async () => {
    ingress.closeAllConnections();
    await new Promise((resolve) => ingress.close(resolve));
    await page.close();
  });

  it("leads nowhere but beneath the path that it was opened by", async () => {
    const answer = await fetch(at);
    const text = await answer.text();
    const links = [...text.matchAll(/ (?:href|src|action|formaction)="([^"]+)"/g)].map(([, link]) => link ?? "");
    const ours = links.filter((link) => !/^(?:data|tel):/.test(link)).map((link) => new URL(link, at));

    expect(answer.status).toBe(200);
    expect(answer.headers.get("set-cookie")).toContain(`Path=${PREFIX}/;`);
    expect(answer.headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect(ours.length).toBeGreaterThan(5);
    expect(ours.filter(({ href }) => !href.startsWith(at))).toEqual([]);
    for (const file of ["style.css", "script.js"]) expect((await fetch(new URL(file, at))).status, file).toBe(200);
    const script = await (await fetch(new URL("script.js", at))).text();
    expect([...script.matchAll(/(?:fetch|EventSource|replace)\("(\/|https?:)/g)]).toEqual([]);
  });

  it("is pressed there, and shown again there", async () => {
    const first = await fetch(at);
    const csrf = /name="csrf" value="([^"]+)"/.exec(await first.text())?.[1] ?? "";
    const cookie = (first.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";

    const pressed = await fetch(new URL("stop", at), {
      method: "POST",
      redirect: "manual",
      headers: { cookie, origin: new URL(at).origin },
      body: new URLSearchParams({ csrf }),
    });

    expect(pressed.status).toBe(303);
    expect(new URL(pressed.headers.get("location") ?? "", new URL("stop", at)).href).toBe(at);
    expect(page.home.guard.policy().stoppedBy).toBe("agent_page");
  });

  it("says how the household's switch is", async () => {
    const text = await (await fetch(at)).text();

    expect(text).toContain("While input_boolean.caretaker_service_access is off, everything is stopped. It is on.");
  });

  it("offers no button to allow again while that switch is off, and says where to", async () => {
    page.home.guard.switched(false);

    const text = await (await fetch(at)).text();

    expect(text).toContain("The switch in Home Assistant was turned off");
    expect(text).toContain("Turn the switch on in Home Assistant to allow it again.");
    expect(text).not.toContain('action="allow-again"');
  });

  it("lets nobody in from another address, whatever he says of himself", async () => {
    await page.close();
    page = await openTestPage({ rules: { names: ["box.example"], ingress: SUPERVISOR } });
    const headers = { "x-ingress-path": PREFIX, "x-forwarded-for": SUPERVISOR, "x-remote-user-id": "owner" };

    for (const path of ["/", "/stop", "/events", "/style.css"])
      expect(await page.ask(path, { headers })).toMatchObject({ status: 421 });
    expect(await page.ask("/stop", { method: "POST", headers })).toMatchObject({ status: 421 });
    expect(page.home.guard.policy().stoppedAt).toBeNull();
  });
});
