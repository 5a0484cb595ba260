import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../cli.ts";

const SITE = "019aa000-0000-7000-8000-000000000001";
const RUN = "019aa000-0000-7000-8000-000000000002";
const at = "2026-11-01T12:00:00.000Z";

/** A hub that has one run, and tells its events a few at a time. */
let server: Server;
let url: string;
let started: { body: Record<string, unknown>; key: string | undefined }[];
let log: object[];
let outcome: string;

beforeEach(async () => {
  started = [];
  outcome = "fixed";
  log = [
    { kind: "run.started" },
    {
      kind: "fix.rehearsed",
      step: "reload",
      capability: "integration.reload",
      targetName: "Hue",
      tries: 1,
      felt: null,
      permission: "asked",
      permissionWords: "Anna Lee <anna@lee.example>",
      undo: null,
      irreversible: "A reload keeps no earlier state.",
    },
    { kind: "run.finished", outcome: "fixed" },
  ];
  let asked = 0;
  server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://hub");
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.method === "POST" && pathname === `/api/v1/sites/${SITE}/runs`) {
      started.push({ body: await bodyOf(request), key: request.headers["idempotency-key"] as string | undefined });
      return answer(202, { id: RUN, number: 12, lastEvent: 0, status: "queued" });
    }
    if (pathname === `/api/v1/runs/${RUN}/events`) {
      const since = Number(searchParams.get("since"));
      const items = log
        .slice(since, since + 2)
        .map((data, index) => ({ runId: RUN, number: since + index + 1, at, data }));
      return answer(200, { items, lastEvent: log.length });
    }
    if (pathname === `/api/v1/runs/${RUN}`) {
      asked += 1;
      const isOver = asked > 1;
      return answer(200, {
        id: RUN,
        number: 12,
        status: isOver ? "finished" : "running",
        outcome: isOver ? outcome : null,
        lastEvent: isOver ? log.length : 1,
      });
    }
    return answer(404, {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const piece of request) text += piece;
  return JSON.parse(text) as Record<string, unknown>;
}

async function run(...words: string[]) {
  let out = "";
  let err = "";
  const exit = await runCli(["--url", url, "runbook", "run", "home-assistant/stuck-integration", ...words], {
    env: { CARETAKER_API_KEY: "ck_test" },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readFile: () => "",
    cwd: "/",
  });
  return { exit, out, err };
}

describe("runbook run", () => {
  it("starts a rehearsal and tells each event once until it has ended", async () => {
    const { exit, out } = await run("--site", SITE, "--reason", "To see", "--rehearse", "--input", "service=abc=d");

    expect(started).toEqual([
      {
        key: expect.stringMatching(/^[0-9a-f-]{36}$/),
        body: {
          runbook: "home-assistant/stuck-integration",
          inputs: { service: "abc=d" },
          reason: "To see",
          rehearse: true,
        },
      },
    ]);
    expect(out).toContain("reload: would do integration.reload to Hue, at most 1 times");
    expect(out).toContain("consent: asked: Anna Lee <anna@lee.example>");
    expect(out.match(/ended: fixed/g)).toHaveLength(1);
    expect(exit).toBe(0);
  });

  it("ends with exit code 1 when nothing was fixed", async () => {
    outcome = "not_fixed";

    expect(await run("--site", SITE, "--reason", "To see")).toMatchObject({ exit: 1 });
  });

  it("says at once what was started when nobody wants to wait", async () => {
    const { exit, out } = await run("--site", SITE, "--reason", "To see", "--detach");

    expect(out).toBe(`RUN-12 has started: ${RUN}\n`);
    expect(exit).toBe(0);
  });

  it("wants a site, a reason, and inputs with a name, with exit code 2", async () => {
    expect(await run("--reason", "To see")).toMatchObject({ exit: 2, err: expect.stringContaining("--site") });
    expect(await run("--site", SITE)).toMatchObject({ exit: 2, err: expect.stringContaining("--reason") });
    expect(await run("--site", SITE, "--reason", "To see", "--input", "service")).toMatchObject({ exit: 2 });
    expect(started).toEqual([]);
  });
});
