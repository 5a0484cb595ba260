import {
  type Needs,
  OPERATION_NAMES,
  type OperationName,
  operations,
  ROLES,
  type Role,
  requestOf,
} from "@caretaker/protocol";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Firm } from "./harness/firm.ts";

/** An id that is nobody's. */
const NOBODY = "01a20000-0000-7000-8000-000000000000";
const LINK = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

let firm: Firm;
const keys = new Map<string, string>();

beforeAll(async () => {
  firm = await (await Firm.open()).settle();
  for (const role of ROLES) keys.set(role, await newKey(role));
  keys.set("revoked", await newKey("principal", true));
});

afterAll(() => firm?.close());

async function newKey(role: Role, revoke = false): Promise<string> {
  const made = await firm.asPrincipal("key.create", { name: role, role });
  if (revoke) await firm.asPrincipal("key.revoke", { keyId: made.id });
  return made.key;
}

/** Each field that stands in the path, filled with what belongs to nobody. */
function foreignInput(name: OperationName): Record<string, string> {
  const fields = [...operations[name].path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  return Object.fromEntries(fields.map((field) => [field, field === "token" ? LINK : NOBODY]));
}

async function ask(
  name: OperationName,
  headers: Record<string, string>,
): Promise<{ status: number; code: string; text: string }> {
  const { method, path, body } = requestOf(name, foreignInput(name));
  const answer = await fetch(`${firm.hub.url}/api/v1${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  return { status: answer.status, code: (/"code":"(\w+)"/.exec(text) ?? [])[1] ?? "", text };
}

/** Read from the table by hand, not through the function that the hub asks. */
function mayKey(name: OperationName, role: Role): boolean {
  const { who, noKeys }: Needs = operations[name].needs;
  if (who === "anyone" || who === "link" || who === "setup") return true;
  if (noKeys) return false;
  return who === "signed_in" || who.roles.includes(role);
}

function isOpen(name: OperationName): boolean {
  return ["anyone", "link", "setup"].includes(operations[name].needs.who as string);
}

describe("every operation of the registry", () => {
  it.each(OPERATION_NAMES)("%s refuses a stranger, a made-up key and a revoked one", async (name) => {
    const answers = await Promise.all([
      ask(name, {}),
      ask(name, { authorization: "Bearer ctk_madeup" }),
      ask(name, { authorization: `Bearer ${keys.get("revoked")}` }),
      ask(name, { cookie: "caretaker.session_token=forged.forged", "sec-fetch-site": "same-origin" }),
    ]);

    for (const { status } of answers) {
      if (isOpen(name)) expect(status).not.toBe(500);
      else expect(status).toBe(401);
    }
  });

  it.each(ROLES)("answers a %s's key by the table, and tells nothing of what is not there", async (role) => {
    const headers = { authorization: `Bearer ${keys.get(role)}` };

    for (const name of OPERATION_NAMES) {
      const { status, text } = await ask(name, headers);
      if (isOpen(name)) expect(status, `${role} ${name}`).not.toBe(500);
      else if (mayKey(name, role)) expect([401, 403], `${role} ${name}`).not.toContain(status);
      else expect(status, `${role} ${name}`).toBe(403);
      expect(text).not.toMatch(/ at .*\.ts:|select |node_modules/);
    }
  });

  it("refuses a signed-in browser that another site sends here", async () => {
    for (const origin of [
      "https://evil.example",
      "null",
      firm.hub.url.replace("localhost", "127.0.0.1"),
      `${firm.hub.url}.evil.example`,
    ]) {
      expect(await ask("client.create", { origin, cookie: firm.cookie }), origin).toMatchObject({
        status: 403,
        code: "origin_refused",
      });
    }
  });
});

describe("the live door", () => {
  const connect = (options: { origin?: string; cookie?: string; key?: string }): Promise<Socket | null> =>
    new Promise((resolve) => {
      const extraHeaders = {
        ...(options.origin === undefined ? {} : { origin: options.origin }),
        ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
        ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      };
      const socket = io(firm.hub.url, { transports: ["websocket"], reconnection: false, extraHeaders });
      socket.once("connect", () => resolve(socket));
      socket.once("connect_error", () => {
        socket.close();
        resolve(null);
      });
    });

  it("opens for no stranger, no revoked key and no page of another site", async () => {
    const own = firm.hub.url;
    const refused = await Promise.all([
      connect({ origin: own }),
      connect({ key: keys.get("revoked") ?? "" }),
      connect({ origin: "https://evil.example", cookie: firm.cookie }),
      connect({ origin: own, cookie: "caretaker.session_token=forged.forged" }),
    ]);

    expect(refused).toEqual([null, null, null, null]);
  });

  it.each(ROLES)(
    "shows a %s's key the fleet, and says of another's site and run only that there is none",
    async (role) => {
      const socket = await connect({ key: keys.get(role) ?? "" });
      const watch = (request: unknown): Promise<{ ok: boolean; problem?: { code: string } }> =>
        (socket as Socket).timeout(10_000).emitWithAck("watch", request);

      expect(await watch({ room: "fleet" })).toMatchObject({ ok: true });
      expect(await watch({ room: "site", siteId: NOBODY })).toMatchObject({
        ok: false,
        problem: { code: "not_found" },
      });
      expect(await watch({ room: "run", runId: NOBODY })).toMatchObject({ ok: false, problem: { code: "not_found" } });
      expect(await watch({ room: "everything" })).toMatchObject({ ok: false, problem: { code: "invalid_input" } });
      socket?.close();
    },
  );
});
