import { setTimeout as wait } from "node:timers/promises";
import type { BridgeMode } from "@caretaker/connector-home-assistant/fake-gateway";
import { ProbeSocket } from "./probe-socket.ts";
import { shapeOf } from "./shape.ts";

/** A Home Assistant that is asked: the fake one or a real one, with the same two bridges in it. */
export interface Subject {
  readonly url: string;
  readonly token: string;
  /** Of a user who is no administrator. */
  readonly guestToken: string;
  setBridge(name: "Hall bridge" | "Garden bridge", mode: BridgeMode): Promise<void> | void;
  revokeToken(): Promise<void> | void;
}

export type Probe = (subject: Subject) => Promise<unknown>;

type Row = Record<string, unknown>;

const HALL = /\.hall_(bridge|lamp|motion)/;

async function withSocket<T>(
  subject: Subject,
  ask: (socket: ProbeSocket) => Promise<T>,
  token = subject.token,
): Promise<T> {
  const socket = await ProbeSocket.loggedIn(subject.url, token);
  try {
    return await ask(socket);
  } finally {
    socket.close();
  }
}

/** The row of a list that both homes have. */
const rowOf =
  (type: string, isIt: (row: Row) => boolean): Probe =>
  (subject) =>
    withSocket(subject, async (socket) => shapeOf((await socket.result<Row[]>({ type })).find(isIt)));

const shapeOfAnswer =
  (type: string): Probe =>
  (subject) =>
    withSocket(subject, async (socket) => shapeOf(await socket.result({ type })));

/** What the fake must say as the real one says it. Each returns only what has to be equal. */
export const shapeProbes: Readonly<Record<string, Probe>> = {
  "who we are": shapeOfAnswer("auth/current_user"),
  "an area": rowOf("config/area_registry/list", (row) => row.name === "Hall"),
  "a floor": rowOf("config/floor_registry/list", (row) => row.name === "Ground floor"),
  "a device": rowOf("config/device_registry/list", (row) => row.name === "Hall lamp"),
  "a bridge": rowOf("config/device_registry/list", (row) => row.name === "Hall bridge"),
  "an entity": rowOf("config/entity_registry/list", (row) => row.entity_id === "light.hall_lamp"),
  "an integration": rowOf("config_entries/get", (row) => row.title === "Hall bridge"),
  "the recorder": shapeOfAnswer("recorder/info"),
  "the configuration": (subject) =>
    withSocket(subject, async (socket) => {
      const { components: _components, ...rest } = await socket.result<Row>({ type: "get_config" });
      return shapeOf(rest);
    }),
  "a repair": (subject) =>
    withSocket(subject, async (socket) => {
      const { issues } = await socket.result<{ issues: Row[] }>({ type: "repairs/list_issues" });
      const { created, severity, ...rest } = issues[0] ?? {};
      return { fields: Object.keys(rest).sort(), created: shapeOf(created), severity: typeof severity };
    }),
  "a line of the log": (subject) =>
    withSocket(subject, async (socket) => shapeOf((await socket.result<Row[]>({ type: "system_log/list" }))[0])),
  "the backups": (subject) =>
    withSocket(subject, async (socket) => Object.keys(await socket.result<Row>({ type: "backup/info" })).sort()),
  "system health, from first to last": (subject) =>
    withSocket(subject, async (socket) => {
      const events = await socket.subscribe({ type: "system_health/info" });
      await socket.until((frame) => (frame.event as Row | undefined)?.type === "finish", 30);
      const [first, ...rest] = events() as Row[];
      const { homeassistant } = (first?.data ?? {}) as Record<string, { info: Row }>;
      const known = [
        "version",
        "installation_type",
        "docker",
        "os_name",
        "arch",
        "timezone",
        "hassio",
        "python_version",
      ];
      // What has to be looked up comes in updates, unless it was quick.
      const updates = rest.filter(({ type }) => type === "update").map((update) => Object.keys(update).length);
      return {
        first: first?.type,
        told: known.map((name) => [name, shapeOf(homeassistant?.info[name])]),
        last: rest.at(-1),
        updates: updates.every((fields) => fields === 5),
      };
    }),
  "the first states": (subject) =>
    withSocket(subject, async (socket) => {
      const events = await socket.subscribe({ type: "subscribe_entities" });
      await socket.until((frame) => frame.type === "event");
      const { a, ...others } = events()[0] as { a: Record<string, Row> };
      const ids = Object.keys(a)
        .filter((id) => HALL.test(id))
        .sort();
      return { others, states: ids.map((id) => [id, stateShape(a[id])]) };
    }),
  "its manifest and its first answers over HTTP": async ({ url, token, guestToken }) => {
    const headers = { authorization: `Bearer ${token}` };
    const manifest = (await (await fetch(`${url}/manifest.json`)).json()) as Row;
    const state = await fetch(`${url}/api/core/state`, { headers });
    const reload = (id: string, of: string) =>
      fetch(`${url}/api/config/config_entries/entry/${id}/reload`, {
        method: "POST",
        headers: { authorization: `Bearer ${of}` },
      });
    const unknown = await reload("nothing", token);
    return {
      name: manifest.name,
      noToken: await statusAndText(await fetch(`${url}/api/`)),
      wrongToken: (await fetch(`${url}/api/`, { headers: { authorization: "Bearer x" } })).status,
      running: await statusAndText(await fetch(`${url}/api/`, { headers })),
      state: shapeOf(await state.json()),
      unknownEntry: [unknown.status, await unknown.json()],
      asGuest: (await reload("nothing", guestToken)).status,
    };
  },
};

async function statusAndText(answer: Response): Promise<[number, string]> {
  return [answer.status, await answer.text()];
}

/** Attributes that came with some version are compared by what the connector takes of them. */
const SOME_VERSIONS = new Set(["display_precision", "update_percentage", "entity_picture"]);

function stateShape(state: unknown): unknown {
  const { a, c, s, lc, lu: _lu, ...others } = state as Row;
  const attributes = Object.keys(a as Row)
    .filter((name) => !SOME_VERSIONS.has(name))
    .sort();
  const shown = typeof s === "string" && /^(on|off|unavailable|unknown)$/.test(s) ? s : typeof s;
  return { attributes, context: shapeOf(c), state: shown, changed: typeof lc, others: Object.keys(others) };
}

const ASKED = [
  "supported_features",
  "ping",
  "get_config",
  "auth/current_user",
  "config/area_registry/list",
  "config/floor_registry/list",
  "config/device_registry/list",
  "config/entity_registry/list",
  "config_entries/get",
  "config_entries/subscribe",
  "config_entries/flow/progress",
  "repairs/list_issues",
  "system_log/list",
  "system_health/info",
  "recorder/info",
  "backup/info",
  "subscribe_entities",
  "supervisor/api",
  "no/such/command",
];
const EVENTS = [
  "area_registry_updated",
  "floor_registry_updated",
  "device_registry_updated",
  "entity_registry_updated",
  "core_config_updated",
  "homeassistant_stop",
  "call_service",
];

const answered = ({ success, type, error }: Row): unknown => (type === "pong" || success === true ? "ok" : error);

async function rightsOf(subject: Subject, token: string): Promise<unknown> {
  return withSocket(
    subject,
    async (socket) => {
      const rights: Row = {};
      for (const type of ASKED) rights[type] = answered(await socket.ask({ type, ...FIELDS[type] }));
      for (const event_type of EVENTS)
        rights[event_type] = answered(await socket.ask({ type: "subscribe_events", event_type }));
      rights.shutdown = answered(
        await socket.ask({ type: "subscribe_trigger", trigger: { platform: "homeassistant", event: "shutdown" } }),
      );
      const call = (service: string, data: Row) =>
        socket.ask({ type: "call_service", domain: "homeassistant", service, service_data: data });
      rights.reload = answered(await call("reload_config_entry", { entry_id: "nothing" }));
      rights.refresh = answered(await call("update_entity", { entity_id: "light.hall_lamp" }));
      return rights;
    },
    token,
  );
}

const FIELDS: Readonly<Record<string, Row>> = {
  supported_features: { features: { coalesce_messages: 1 } },
  "supervisor/api": { endpoint: "/info", method: "get" },
};

/** What happens, step by step. Run in this order on a home that is well. */
export const behaviourProbes: Readonly<Record<string, Probe>> = {
  "the handshake": async ({ url, token }) => {
    const good = await ProbeSocket.open(url);
    const greeting = await good.until(() => true);
    good.raw(JSON.stringify({ type: "auth", access_token: token }));
    const welcome = await good.until((frame) => frame.type === "auth_ok");
    good.close();
    return [greeting, welcome];
  },

  "a refused token": async ({ url }) => {
    const socket = await ProbeSocket.open(url);
    socket.raw(JSON.stringify({ type: "auth", access_token: "wrong" }));
    await socket.untilClosed();
    return socket.frames.at(-1);
  },

  "a first message that is no login": async ({ url }) => {
    const socket = await ProbeSocket.open(url);
    socket.raw(JSON.stringify({ id: 1, type: "ping" }));
    await socket.untilClosed();
    return socket.frames.at(-1)?.type;
  },

  "ids that do not grow, and messages without sense": (subject) =>
    withSocket(subject, async (socket) => {
      socket.raw(JSON.stringify({ id: 5, type: "ping" }));
      socket.raw(JSON.stringify({ id: 5, type: "ping" }));
      socket.raw(JSON.stringify({ id: 4, type: "ping" }));
      socket.raw(JSON.stringify({ id: 6 }));
      socket.raw(JSON.stringify({ id: 7, type: "ping" }));
      await socket.until((frame) => frame.id === 7);
      return socket.frames.slice(2).map(({ id, type, error }) => [id, type, (error as Row | undefined)?.code]);
    }),

  "a message that is not JSON": (subject) =>
    withSocket(subject, async (socket) => {
      socket.raw("{");
      await socket.untilClosed();
      return "closed";
    }),

  "the rights of an administrator": (subject) => rightsOf(subject, subject.token),
  "the rights of another user": (subject) => rightsOf(subject, subject.guestToken),

  "several messages in one frame": (subject) =>
    withSocket(subject, async (socket) => {
      socket.raw(
        JSON.stringify([
          { id: 1, type: "ping" },
          { id: 2, type: "ping" },
        ]),
      );
      await socket.until((frame) => frame.id === 2);
      return socket.frames.slice(2);
    }),

  "a wedged bridge, and a reload": (subject) => followBridge(subject, "wedged", reload),
  "a dead bridge, a reload that fails, its plug, a reload": (subject) =>
    followBridge(subject, "dead", async (socket, entryId) => {
      const first = await reload(socket, entryId);
      const plug = (service: string) =>
        socket.result({
          type: "call_service",
          domain: "switch",
          service,
          service_data: { entity_id: "switch.hall_bridge_plug" },
        });
      await plug("turn_off");
      await plug("turn_on");
      return [first, await reload(socket, entryId)];
    }),
  "a bridge that forgot the password": (subject) =>
    followBridge(subject, "auth", async (socket, entryId) => {
      const state = await reload(socket, entryId);
      await wait(500);
      const flows = await socket.result<Row[]>({ type: "config_entries/flow/progress" });
      const flow = flows.find(({ context }) => (context as Row).entry_id === entryId);
      await subject.setBridge("Hall bridge", "ok");
      return [state, shapeOf(flow), await reload(socket, entryId)];
    }),
  "a bridge that answers nonsense": (subject) =>
    followBridge(subject, "broken", async (socket, entryId) => {
      const state = await reload(socket, entryId);
      await subject.setBridge("Hall bridge", "ok");
      return [state, await reload(socket, entryId)];
    }),

  "switching what does not answer, and what is not there": async (subject) => {
    await subject.setBridge("Garden bridge", "wedged");
    const call = (socket: ProbeSocket, domain: string, service: string, entity_id: string) =>
      socket.ask({ type: "call_service", domain, service, service_data: { entity_id } });
    const seen = await withSocket(subject, async (socket) => [
      answered(await call(socket, "light", "turn_on", "light.garden_lamp")),
      answered(await call(socket, "light", "turn_on", "light.nowhere")),
      answered(await call(socket, "no_such", "thing", "light.nowhere")),
      shapeOf((await call(socket, "switch", "turn_on", "switch.garden_bridge_plug")).result),
    ]);
    await subject.setBridge("Garden bridge", "ok");
    return seen;
  },

  "a change that somebody made": (subject) =>
    withSocket(subject, async (socket) => {
      const events = await socket.subscribe({ type: "subscribe_entities", entity_ids: ["light.garden_lamp"] });
      await socket.until((frame) => frame.type === "event");
      const turn = (service: string) =>
        socket.result({
          type: "call_service",
          domain: "light",
          service,
          service_data: { entity_id: "light.garden_lamp" },
        });
      await turn("turn_on");
      await turn("turn_off");
      await socket.until((frame) => JSON.stringify(frame.event ?? "").includes('"off"') && "c" in (frame.event as Row));
      return (events().slice(1) as { c: Record<string, Row> }[]).map(({ c }) => shapeOf(c["light.garden_lamp"]));
    }),

  "a restart": restart,

  // The last one: nobody can log in with it afterwards.
  "a token that is taken back": async (subject) => {
    const socket = await ProbeSocket.loggedIn(subject.url, subject.token);
    await subject.revokeToken();
    const code = await socket.untilClosed();
    const again = await ProbeSocket.open(subject.url);
    again.raw(JSON.stringify({ type: "auth", access_token: subject.token }));
    await again.untilClosed();
    return { code, said: socket.frames.slice(2), again: again.frames.at(-1) };
  },
};

/** Reloads and says in which state the integration was left. */
async function reload(socket: ProbeSocket, entryId: string): Promise<unknown> {
  const call = { type: "call_service", domain: "homeassistant", service: "reload_config_entry" };
  const result = await socket.result({ ...call, service_data: { entry_id: entryId } });
  const entries = await socket.result<Row[]>({ type: "config_entries/get" });
  const entry = entries.find(({ entry_id }) => entry_id === entryId);
  return { result: shapeOf(result), state: entry?.state, reason: entry?.reason };
}

/** What is seen of a bridge that falls ill and is treated: states of its entities, and each state of its integration. */
async function followBridge(
  subject: Subject,
  mode: BridgeMode,
  treat: (socket: ProbeSocket, entryId: string) => Promise<unknown>,
): Promise<unknown> {
  return withSocket(subject, async (socket) => {
    const entities = await socket.subscribe({ type: "subscribe_entities" });
    const changes = await socket.subscribe({ type: "config_entries/subscribe" });
    await socket.until((frame) => JSON.stringify(frame).includes('"title":"Hall bridge"'));
    const first = (changes()[0] as { entry: Row }[]).find(({ entry }) => entry.title === "Hall bridge");
    const entryId = String(first?.entry.entry_id);
    const before = entities().length;
    await subject.setBridge("Hall bridge", mode);
    await wait(300);
    const ill = hallChanges(entities().slice(before));
    const treated = await treat(socket, entryId);
    await wait(300);
    const passed = (changes().slice(1) as { type: unknown; entry: Row }[][])
      .flat()
      .filter(({ entry }) => entry.entry_id === entryId)
      .map(({ type, entry }) => [type, entry.state, entry.reason]);
    return { ill, treated, passed: withoutRepeats(passed), now: await hallStates(socket) };
  });
}

/** An old one says some states twice. */
function withoutRepeats(list: readonly unknown[]): unknown[] {
  return list.filter((one, index) => JSON.stringify(one) !== JSON.stringify(list[index - 1]));
}

/** The changes of the hall's things, by entity, with names of what came and went. */
function hallChanges(events: readonly unknown[]): unknown[] {
  const seen = (events as { c?: Record<string, { "+"?: Row; "-"?: { a: string[] } }> }[]).flatMap(({ c }) =>
    Object.entries(c ?? {}),
  );
  return seen
    .filter(([id]) => HALL.test(id))
    .map(([id, { "+": added = {}, "-": removed }]) => [
      id,
      added.s,
      Object.keys(added).sort(),
      (removed?.a ?? []).filter((name) => !SOME_VERSIONS.has(name)).sort(),
    ])
    .sort();
}

async function hallStates(socket: ProbeSocket): Promise<unknown[]> {
  const states = await socket.result<{ entity_id: string; state: string }[]>({ type: "get_states" });
  return states
    .filter(({ entity_id }) => HALL.test(entity_id) && !entity_id.includes("last_seen"))
    .map(({ entity_id, state }) => [entity_id, state])
    .sort();
}

/** From the call to the end: how the line closes, that the port refuses, and what is shown when it comes back. */
async function restart(subject: Subject): Promise<unknown> {
  const socket = await ProbeSocket.loggedIn(subject.url, subject.token);
  const asked = { domain: "homeassistant", service: "restart" };
  const trigger = [{ platform: "event", event_type: "call_service", event_data: asked }];
  const foreseen = await socket.subscribe({ type: "subscribe_trigger", trigger });
  const id = socket.send({ type: "call_service", ...asked });
  const code = await socket.untilClosed();
  const wasAnswered = socket.frames.some((frame) => frame.id === id);
  let refused = 0;
  let states: string[] = [];
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await wait(20)) {
    const again = await ProbeSocket.loggedIn(subject.url, subject.token).catch(() => undefined);
    if (again === undefined) {
      refused += 1;
      continue;
    }
    const { state } = await again.result<{ state: string }>({ type: "get_config" }).catch(() => ({ state: "?" }));
    again.close();
    if (states.at(-1) !== state) states = [...states, state];
    if (state === "RUNNING") break;
  }
  const settled = async (): Promise<unknown> => withSocket(subject, hallStates);
  const deadline = performance.now() + 20_000;
  while (JSON.stringify(await settled()).includes("unavailable") && performance.now() < deadline) await wait(100);
  return {
    code,
    wasAnswered,
    foreseen: shapeOf(foreseen()[0], ["context"]),
    wasAway: refused > 0,
    ended: states.at(-1),
    now: await settled(),
  };
}
