import type { IncomingMessage, ServerResponse } from "node:http";
import type { Gateway } from "./server.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Asked {
  readonly path: string;
  readonly method: string;
  readonly isAdmin: boolean;
  readonly user: string;
}

/** The few pages and answers over HTTP that Caretaker asks for, with Home Assistant's own words for what goes wrong. */
export function handleHttp(gateway: Gateway, request: IncomingMessage, response: ServerResponse): void {
  if (gateway.knobs.isHalfOpen) return;
  void answer(gateway, request).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
}

async function answer(gateway: Gateway, request: IncomingMessage): Promise<Answer> {
  const { knobs } = gateway;
  if (knobs.redirectTo !== undefined) return { status: 307, body: "", headers: { location: knobs.redirectTo } };
  if (knobs.isSomethingElse) return text(200, "<!doctype html><title>Printer</title><h1>Welcome</h1>", "text/html");
  if (knobs.isBehindUntrustedProxy) return text(400, "400: Bad Request");
  if (knobs.isBanned) return text(403, "403: Forbidden");
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path === "/") return text(200, "<!doctype html><title>Home Assistant</title>", "text/html");
  if (path === "/manifest.json") return json(200, MANIFEST);
  if (!path.startsWith("/api/")) return text(404, "404: Not Found");
  const user = gateway.users.find(/^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1]);
  if (user === undefined) return text(401, "401: Unauthorized");
  return answerApi(gateway, { path, method: request.method ?? "GET", isAdmin: user.isAdmin, user: user.name });
}

async function answerApi(gateway: Gateway, asked: Asked): Promise<Answer> {
  const { house, wire } = gateway;
  const reload = /^\/api\/config\/config_entries\/entry\/([^/]+)\/reload$/.exec(asked.path);
  if (asked.method === "POST" && reload) return reloadEntry(gateway, asked, reload[1] ?? "");
  if (asked.method !== "GET") return text(405, "405: Method Not Allowed");
  switch (asked.path) {
    case "/api/":
      return json(200, { message: "API running." });
    case "/api/config":
      return json(200, wire.config(house));
    case "/api/core/state":
      return json(200, wire.coreState(house));
    case "/api/config/config_entries/entry":
      return json(
        200,
        house.entries.all().map((entry) => wire.entry(entry)),
      );
    default: {
      const id = /^\/api\/states\/(.+)$/.exec(asked.path)?.[1] ?? "";
      const shown = house.states.get(id);
      if (shown === undefined) return json(404, { message: "Entity not found." });
      return json(200, { entity_id: id, state: shown.state, attributes: shown.attributes });
    }
  }
}

async function reloadEntry(gateway: Gateway, asked: Asked, id: string): Promise<Answer> {
  if (!asked.isAdmin) return text(401, "401: Unauthorized");
  gateway.note({ domain: "config_entries", service: "reload", data: { entry_id: id }, user: asked.user });
  const entry = gateway.house.entries.get(id);
  if (entry === undefined) return json(404, { message: "Invalid entry specified" });
  if (entry.state === "failed_unload") return json(403, { message: "Entry cannot be reloaded" });
  await gateway.house.entries.reload(entry);
  return json(200, { require_restart: false });
}

const MANIFEST = {
  background_color: "#FFFFFF",
  description: "Home automation platform that puts local control and privacy first.",
  dir: "ltr",
  display: "standalone",
  id: "/?homescreen=1",
  lang: "en-US",
  name: "Home Assistant",
  short_name: "Home Assistant",
  start_url: "/?homescreen=1",
};

function json(status: number, body: unknown): Answer {
  return text(status, JSON.stringify(body), "application/json");
}

function text(status: number, body: string, type = "text/plain"): Answer {
  return { status, body, headers: { "content-type": type } };
}
