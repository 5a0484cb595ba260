import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HomeApi } from "./api.ts";
import { COMPONENT, CONFIGURATION, findFreePort, layFolder, setPort } from "./folder.ts";
import { HomeProcess, until } from "./process.ts";
import { HomeSocket } from "./socket.ts";
import type { Installation } from "./versions.ts";

/** The people of every test home, with their long-lived tokens. Both are administrators. */
export interface Accounts {
  /** The homeowner, who owns the home; the kit itself acts as him. */
  readonly owner: string;
  /** The user that the homeowner made for us. */
  readonly caretaker: string;
}

/** How the homeowner signs in. */
export const OWNER = { username: "sam", password: "sam" };

interface Area {
  readonly area_id: string;
  readonly name: string;
}

interface Entity {
  readonly entity_id: string;
  readonly device_id: string | null;
}

interface Room {
  readonly floor: string;
  readonly devices?: readonly string[];
  readonly entities?: readonly string[];
}

/** Where things are. The first three rooms are there already: onboarding makes them. */
const ROOMS: Readonly<Record<string, Room>> = {
  "Living Room": { floor: "Ground floor", entities: ["light.ceiling_lights", "media_player.living_room"] },
  Kitchen: { floor: "Ground floor", entities: ["light.kitchen_lights", "lock.kitchen_door"] },
  Bedroom: { floor: "Upstairs", entities: ["light.bed_light"] },
  Hall: { floor: "Ground floor", devices: ["Hall bridge", "Hall bridge plug", "Hall motion sensor", "Hall lamp"] },
  Garden: { floor: "Outside", devices: ["Garden bridge", "Garden bridge plug", "Garden motion sensor", "Garden lamp"] },
};
const FLOORS = [
  { name: "Outside", level: 0 },
  { name: "Ground floor", level: 0 },
  { name: "Upstairs", level: 1 },
];
const ENTRIES = [
  { name: "Hall bridge", kind: "bridge" },
  { name: "Garden bridge", kind: "bridge" },
  { name: "Smart plugs", kind: "plugs" },
];

/** The folder of an onboarded home that was stopped, ready to be copied. Makes it first, in some ten seconds, if need be. */
export async function findTemplate(installation: Installation): Promise<string> {
  const template = join(installation.space, "templates", recipeMark());
  if (existsSync(template)) return template;
  const part = `${template}.part-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await makeTemplate(installation, part);
    renameSync(part, template);
  } catch (error) {
    // Another test process may have been quicker; its template is as good.
    if (!existsSync(template)) throw error;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return template;
}

export function readAccounts(template: string): Accounts {
  return JSON.parse(readFileSync(join(template, "accounts.json"), "utf8"));
}

/** Changes when anything that a template is made from changes. */
function recipeMark(): string {
  const hash = createHash("sha256");
  const parts = readdirSync(COMPONENT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...parts.sort(), CONFIGURATION, import.meta.filename, join(import.meta.dirname, "folder.ts")]) {
    hash.update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

async function makeTemplate(installation: Installation, config: string): Promise<void> {
  mkdirSync(config, { recursive: true });
  layFolder(config);
  const port = await findFreePort();
  setPort(installation.version, config, port, -1);
  const api = new HomeApi(`http://127.0.0.1:${port}`);
  const process = new HomeProcess(installation, config, port);
  try {
    await until(() => process.hasEnded || api.answers("/api/onboarding"), 120, "Home Assistant did not answer");
    api.token = await onboard(api);
    await api.running(120, () => process.hasEnded);
    const owner = await HomeSocket.open(api.url, api.token);
    for (const entry of ENTRIES) await addEntry(api, entry);
    await furnish(owner);
    const accounts: Accounts = {
      owner: await longLivedToken(owner, "Test kit"),
      caretaker: await addUser(api, owner, { name: "Caretaker", isAdmin: true }),
    };
    owner.close();
    writeFileSync(join(config, "accounts.json"), JSON.stringify(accounts));
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${process.lastWords}`, { cause: error });
  } finally {
    await process.end("SIGTERM");
  }
  finish(config);
}

/** The homeowner, and the steps of the first start that need no internet. Answers his access token. */
async function onboard(api: HomeApi): Promise<string> {
  const client_id = `${api.url}/`;
  const user = { client_id, name: "Sam", ...OWNER, language: "en" };
  const { auth_code } = await api.post<{ auth_code: string }>("/api/onboarding/users", user);
  api.token = await api.exchange(auth_code);
  await api.post("/api/onboarding/analytics", {});
  await api.post("/api/onboarding/integration", { client_id, redirect_uri: client_id });
  return api.token;
}

async function addEntry(api: HomeApi, entry: { name: string; kind: string }): Promise<void> {
  const flows = "/api/config/config_entries/flow";
  const { flow_id } = await api.post<{ flow_id: string }>(flows, { handler: "caretaker_test" });
  await api.post(`${flows}/${flow_id}`, entry);
}

/** Floors and rooms, and what stands in them. */
async function furnish(owner: HomeSocket): Promise<void> {
  const floors = new Map<string, string>();
  for (const floor of FLOORS) {
    const made = await owner.send<{ floor_id: string }>({ type: "config/floor_registry/create", ...floor });
    floors.set(floor.name, made.floor_id);
  }
  const areas = await owner.send<Area[]>({ type: "config/area_registry/list" });
  // In 2024.3 there are floors, but no room can be on one yet.
  const hasFloors = areas.some((area) => "floor_id" in area);
  const devices = await owner.send<{ id: string; name: string }[]>({ type: "config/device_registry/list" });
  const entities = await owner.send<Entity[]>({ type: "config/entity_registry/list" });
  for (const [name, room] of Object.entries(ROOMS)) {
    const there = areas.find((area) => area.name === name);
    const place = hasFloors ? { floor_id: floors.get(room.floor) } : {};
    const { area_id } = there ?? (await owner.send<Area>({ type: "config/area_registry/create", name }));
    await owner.send({ type: "config/area_registry/update", area_id, ...place });
    for (const { id } of devices.filter((device) => room.devices?.includes(device.name))) {
      await owner.send({ type: "config/device_registry/update", device_id: id, area_id });
    }
    for (const { entity_id, device_id } of entities.filter((entity) => room.entities?.includes(entity.entity_id))) {
      // An entity that stands for its whole device has no room of its own in a newer Core.
      if (device_id) await owner.send({ type: "config/device_registry/update", device_id, area_id });
      else await owner.send({ type: "config/entity_registry/update", entity_id, area_id });
    }
  }
}

export function longLivedToken(socket: HomeSocket, name: string): Promise<string> {
  return socket.send<string>({ type: "auth/long_lived_access_token", client_name: name, lifespan: 3650 });
}

/** Makes a user as the homeowner would in the settings, signs in as that user once, and answers a long-lived token. */
export async function addUser(
  api: HomeApi,
  owner: HomeSocket,
  { name, isAdmin }: { readonly name: string; readonly isAdmin: boolean },
): Promise<string> {
  const group_ids = [isAdmin ? "system-admin" : "system-users"];
  const { user } = await owner.send<{ user: { id: string } }>({ type: "config/auth/create", name, group_ids });
  const credentials = {
    username: name.toLowerCase().replaceAll(/\W+/g, "_"),
    password: randomBytes(12).toString("hex"),
  };
  await owner.send({ type: "config/auth_provider/homeassistant/create", user_id: user.id, ...credentials });

  const socket = await HomeSocket.open(api.url, await signIn(api, credentials));
  const token = await longLivedToken(socket, name);
  socket.close();
  return token;
}

/** Signs in with a name and a password, as a browser does. */
export async function signIn(
  api: HomeApi,
  credentials: { readonly username: string; readonly password: string },
): Promise<string> {
  const client_id = `${api.url}/`;
  const start = { client_id, handler: ["homeassistant", null], redirect_uri: client_id };
  const { flow_id } = await api.post<{ flow_id: string }>("/auth/login_flow", start);
  const { result } = await api.post<{ result: string }>(`/auth/login_flow/${flow_id}`, { client_id, ...credentials });
  return api.exchange(result);
}

/** Leaves no onboarding step open, and no history of how the template was made. */
function finish(config: string): void {
  const onboarding = join(config, ".storage", "onboarding");
  const stored = JSON.parse(readFileSync(onboarding, "utf8"));
  stored.data.done = ["user", "core_config", "analytics", "integration"];
  writeFileSync(onboarding, JSON.stringify(stored));
  for (const file of readdirSync(config)) {
    if (/^home-assistant_v2\.db|\.log/.test(file)) rmSync(join(config, file));
  }
}
