import type { IncomingMessage, ServerResponse } from "node:http";
import type { House } from "./house.ts";
import { bodyOf, json } from "./http.ts";
import type { Item } from "./items.ts";
import type { Knobs } from "./knobs.ts";
import type { PushServer } from "./push.ts";
import { bearerOf, type Tokens } from "./tokens.ts";

export interface DirectorDeps {
  readonly house: House;
  readonly knobs: Knobs;
  readonly tokens: Tokens;
  readonly push: PushServer;
  readonly counters: { requests: number; tokensRefused: number; paths: string[] };
}

/** Answered without a token by a real one; what stands in them was never seen, so the fake says as little as it can. */
const OPEN = new Set(["status", "common_name", "locations", "agents", "routes"]);
const CATEGORIES = new Set([
  "controllers",
  "comfort",
  "lights",
  "cameras",
  "sensors",
  "audio_video",
  "motorization",
  "thermostats",
  "motors",
  "control4_remote_hub",
  "outlet_wireless_dimmer",
  "voice-scene",
  "blinds_shades",
]);

/** The Director's REST interface behind its front. */
export async function answerDirector(
  deps: DirectorDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { knobs, tokens, counters, push, house } = deps;
  counters.requests += 1;
  if (knobs.hangs) return;
  response.setHeader("date", new Date(Date.now() + knobs.clockOffSeconds * 1000).toUTCString());
  if (knobs.isRestarting)
    return void response.writeHead(502, { "content-type": "text/html" }).end("<html>502 Bad Gateway</html>");
  const url = new URL(request.url ?? "/", "https://director");
  counters.paths.push(`${request.method} ${url.pathname}`);
  const path = url.pathname.match(/^\/api\/v1\/(.+?)\/?$/)?.[1];
  if (path === undefined) return void response.writeHead(404).end();
  if (OPEN.has(path)) return json(response, 200, {});
  const isPush = path === "items/datatoui";
  const token = isPush ? (url.searchParams.get("JWT") ?? undefined) : bearerOf(request.headers.authorization);
  if (knobs.rejectsFreshTokens || !tokens.isGood(token)) {
    counters.tokensRefused += 1;
    response.writeHead(401, { "content-type": "application/json" });
    return void response.end(JSON.stringify({ error: "Unauthorized", details: "Expired or invalid token" }, null, 2));
  }
  if (isPush)
    return json(response, 200, { subscriptionId: push.subscribe(url.searchParams.get("SubscriptionClient")) });
  if (request.method === "POST") return command(house, path, await bodyOf(request), response);
  const answer = read(house, path, url.searchParams.get("varnames")?.split(","));
  if (answer === undefined) return json(response, 404, { error: "Not found" });
  json(response, 200, answer);
}

function read(house: House, path: string, names: string[] | undefined): unknown {
  const items = [...house.items.values()];
  const [first, second, third] = path.split("/");
  if (path === "items") return items.map(({ row }) => row);
  if (path === "items/variables") return items.flatMap((item) => variables(item, names));
  if (path === "agents/macros") return house.plan.macros.map(({ id, name }) => ({ id, name }));
  if (path === "agents/ui_configuration") return experiences(house);
  if (first === "categories" && third === undefined)
    return CATEGORIES.has(second ?? "")
      ? items.filter(({ row }) => row.categories?.includes(second ?? "")).map(({ row }) => row)
      : { error: "Invalid category" };
  if (first !== "items") return undefined;
  const item = house.items.get(Number(second));
  if (item === undefined) return [];
  if (third === undefined) return [item.row];
  if (third === "variables") return variables(item, names);
  if (third === "commands") return item.commands.map((one) => ({ ...one, deviceId: item.row.id }));
  if (third === "network" || (third === "zigbee" && item.row.URIs?.zigbee !== undefined))
    return house.links.get(`${item.row.id}/${third}`) ?? [];
  return third === "bindings" ? [] : undefined;
}

function variables({ row, variables: all }: Item, names: string[] | undefined): unknown[] {
  return [...all]
    .filter(([name]) => names === undefined || names.includes(name))
    .map(([varName, value], index) => ({
      id: row.id,
      varName,
      type: typeof value === "number" ? "Number" : "String",
      hidden: 0,
      value,
      variableId: 1000 + index,
      name: row.name,
      roomName: row.roomName ?? row.name,
    }));
}

function experiences({ plan, items }: House): unknown {
  const rooms = new Map<string, number[]>();
  for (const { room, item, type } of plan.sources) {
    const key = `${room}:${type}`;
    rooms.set(key, [...(rooms.get(key) ?? []), item]);
  }
  return {
    experiences: [...rooms].map(([key, sources]) => {
      const [room, type] = key.split(":");
      const isOn = Number(items.get(Number(room))?.variables.get("POWER_STATE")) === 1;
      return {
        type,
        sources: { source: sources.map((id) => ({ id, type: "HDMI" })) },
        active: isOn,
        room_id: Number(room),
        username: "primaryuser",
      };
    }),
  };
}

/** Both forms of a body that clients use. What an unknown command is answered was never seen; clients look for `error`. */
function command(house: House, path: string, body: unknown, response: ServerResponse): void {
  const item = house.items.get(Number(path.match(/^items\/(\d+)\/commands$/)?.[1]));
  const { command: name, tParams, params } = body as Record<string, unknown>;
  const isKnown = item?.commands.some((one) => one.command === name) ?? false;
  if (item !== undefined && isKnown)
    house.take(item, String(name), (tParams ?? params ?? {}) as Record<string, unknown>);
  json(response, 200, isKnown ? { ok: true } : { error: "Invalid command" });
}
