import type { Connection } from "./connection.ts";
import type { Entry } from "./entries.ts";
import { isAtLeast } from "./house.ts";
import { Refusal } from "./services.ts";

export interface Message {
  readonly id: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

interface Command {
  readonly isForAdmins?: true;
  /** The first version that knows it. */
  readonly since?: readonly [number, number];
  /** Its answer; a subscription starts its events from here, after the answer has gone. */
  readonly answer: (from: Connection, message: Message) => unknown;
}

/** What anybody may subscribe to; other events are for administrators. */
const OPEN_EVENTS = new Set([
  "area_registry_updated",
  "component_loaded",
  "core_config_updated",
  "device_registry_updated",
  "entity_registry_updated",
  "floor_registry_updated",
  "label_registry_updated",
  "lovelace_updated",
  "panels_updated",
  "persistent_notifications_updated",
  "recorder_5min_statistics_generated",
  "recorder_hourly_statistics_generated",
  "repairs_issue_registry_updated",
  "service_registered",
  "service_removed",
  "shopping_list_updated",
  "state_changed",
  "themes_updated",
]);

const COMMANDS: Readonly<Record<string, Command>> = {
  supported_features: { answer: (from, message) => from.setFeatures(message.features) },
  ping: { answer: () => null },
  get_config: { answer: ({ gateway }) => gateway.wire.config(gateway.house) },
  get_states: {
    answer: ({ gateway: { house } }) =>
      [...house.states.ids()].map((id) => {
        const shown = house.states.get(id);
        return { entity_id: id, state: shown?.state, attributes: shown?.attributes };
      }),
  },
  "auth/current_user": {
    answer: ({ user }) => ({
      id: user.id,
      name: user.name,
      is_owner: user.isOwner,
      is_admin: user.isAdmin,
      credentials: [{ auth_provider_type: "homeassistant", auth_provider_id: null }],
      mfa_modules: [{ id: "totp", name: "Authenticator app", enabled: false }],
    }),
  },
  "config/floor_registry/list": { answer: ({ gateway: { house, wire } }) => wire.registry(house, "floors") },
  "config/area_registry/list": { answer: ({ gateway: { house, wire } }) => wire.registry(house, "areas") },
  "config/device_registry/list": { answer: ({ gateway: { house, wire } }) => wire.registry(house, "devices") },
  "config/entity_registry/list": { answer: ({ gateway: { house, wire } }) => wire.registry(house, "entities") },
  "config_entries/get": {
    answer: ({ gateway: { house, wire } }) => house.entries.all().map((entry) => wire.entry(entry)),
  },
  "config_entries/subscribe": {
    answer: (from, { id }) => {
      const { house, wire } = from.gateway;
      const change = (type: string | null) => (entry: Entry) => ({ type, entry: wire.entry(entry) });
      from.subscribe(
        id,
        house.entries.changes.listen((entry) => from.event(id, [change("updated")(entry)])),
      );
      from.later(() => from.event(id, house.entries.all().map(change(null))));
      return null;
    },
  },
  "config_entries/flow/progress": {
    isForAdmins: true,
    answer: ({ gateway: { house } }) =>
      house.entries
        .all()
        .filter((entry) => entry.signInFlow !== undefined)
        .map((entry) => ({
          flow_id: entry.signInFlow,
          handler: entry.row.domain,
          context: {
            source: "reauth",
            entry_id: entry.row.id,
            unique_id: entry.row.title,
            title_placeholders: { name: entry.row.title },
          },
          step_id: "reauth_confirm",
        })),
  },
  subscribe_entities: {
    answer: (from, message) => {
      const { id } = message;
      const { states } = from.gateway.house;
      const only = Array.isArray(message.entity_ids) ? new Set<string>(message.entity_ids) : undefined;
      const prefix = `{"id":${id},"type":"event","event":`;
      from.subscribe(
        id,
        states.changes.listen((body) => {
          if (only === undefined || isAbout(body, only)) from.sendText(`${prefix}${body}}`);
        }),
      );
      from.later(() => from.sendText(`${prefix}${states.all(only)}}`));
      return null;
    },
  },
  subscribe_events: {
    answer: (from, { id, event_type: type }) => {
      const isFloors = type === "floor_registry_updated" && !isAtLeast(from.gateway.version, 2024, 4);
      if (!from.user.isAdmin && (isFloors || !OPEN_EVENTS.has(String(type))))
        throw new Refusal("unauthorized", "Unauthorized");
      from.subscribe(
        id,
        from.gateway.house.events.listen((event) => {
          if (type === undefined || event.event_type === type) from.event(id, event);
        }),
      );
      return null;
    },
  },
  subscribe_trigger: { isForAdmins: true, answer: (from, { id, trigger }) => followTriggers(from, id, trigger) },
  unsubscribe_events: {
    answer: (from, { subscription }) => {
      if (!from.unsubscribe(Number(subscription))) throw new Refusal("not_found", "Subscription not found.");
      return null;
    },
  },
  "repairs/list_issues": { answer: ({ gateway: { house, wire } }) => wire.repairs(house) },
  "system_log/list": { isForAdmins: true, answer: ({ gateway: { house, wire } }) => wire.log(house) },
  "system_health/info": { answer: (from, { id }) => sendSystemHealth(from, id) },
  "recorder/info": {
    answer: ({ gateway: { version } }) => ({
      backlog: 0,
      ...(isAtLeast(version, 2024, 8) ? { db_in_default_location: true } : {}),
      max_backlog: 65_000,
      migration_in_progress: false,
      migration_is_live: false,
      recording: true,
      thread_running: true,
    }),
  },
  "backup/info": { isForAdmins: true, answer: ({ gateway: { house, wire } }) => wire.backup(house) },
  "manifest/list": {
    answer: ({ gateway: { house } }) =>
      [...new Set(house.home.entries.map((entry) => entry.domain))].map((domain) => ({
        domain,
        name: domain,
        is_built_in: true,
        config_flow: true,
        integration_type: "hub",
        iot_class: "local_push",
        documentation: `https://www.home-assistant.io/integrations/${domain}`,
        codeowners: [],
        dependencies: [],
        requirements: [],
      })),
  },
  get_services: { answer: ({ gateway: { house } }) => house.household.services() },
  "config/auth/list": {
    isForAdmins: true,
    answer: ({ gateway: { house, users } }) => {
      const rows = [
        ...users.all().map(({ id, name }) => ({ id, name })),
        ...house.household.phones.map(({ userId, userName }) => ({ id: userId, name: userName })),
        { id: "supervisor", name: "Supervisor", system_generated: true },
      ];
      return [...new Map(rows.map((row) => [row.id, row])).values()].map((row) => ({
        is_owner: false,
        is_active: true,
        local_only: false,
        system_generated: false,
        group_ids: ["system-admin"],
        credentials: [{ type: "homeassistant" }],
        ...row,
      }));
    },
  },
  "person/list": {
    answer: ({ gateway: { house } }) => ({
      storage: house.household.phones.map(({ service, userId, userName }) => ({
        id: userName.toLowerCase(),
        name: userName,
        user_id: userId,
        device_trackers: [`device_tracker.${service.replace("mobile_app_", "")}`],
      })),
      config: [],
    }),
  },
  call_service: { answer: (from, message) => from.callService(message) },
};

/** Does the command, as far as version, rights and knobs allow. Throws a `Refusal` as Home Assistant would answer. */
export function answerCommand(from: Connection, message: Message): unknown {
  const { knobs, version } = from.gateway;
  const command = Object.hasOwn(COMMANDS, message.type) ? COMMANDS[message.type] : undefined;
  const isKnown = command !== undefined && (command.since === undefined || isAtLeast(version, ...command.since));
  if (command === undefined || !isKnown || knobs.unknownCommands.has(message.type))
    throw new Refusal("unknown_command", "Unknown command.");
  if (knobs.refusedCommands.has(message.type) || (command.isForAdmins && !from.user.isAdmin))
    throw new Refusal("unauthorized", "Unauthorized");
  const error = knobs.errors.get(message.type);
  if (error) throw new Refusal(error.code, error.message);
  if (knobs.answers.has(message.type)) return knobs.answers.get(message.type);
  return command.answer(from, message);
}

interface Trigger {
  readonly platform?: unknown;
  readonly event?: unknown;
  readonly event_type?: unknown;
  readonly event_data?: Readonly<Record<string, unknown>>;
}

/** Triggers on events with certain data, and on the stop of Home Assistant: those that Caretaker uses. */
function followTriggers(from: Connection, id: number, trigger: unknown): null {
  const { events, shutdowns } = from.gateway.house;
  const triggers = (Array.isArray(trigger) ? trigger : [trigger]) as Trigger[];
  const ends = triggers.map((one, index) => {
    const tell = (more: Record<string, unknown>, context: unknown): void =>
      from.event(id, {
        variables: { trigger: { id: String(index), idx: String(index), alias: null, platform: one.platform, ...more } },
        context,
      });
    if (one.platform === "homeassistant")
      return shutdowns.listen(() => tell({ event: one.event, description: "Home Assistant stopping" }, null));
    if (one.platform !== "event") throw new Refusal("invalid_format", "Unknown trigger platform");
    return events.listen(({ event_type, data, ...rest }) => {
      const isWanted = Object.entries(one.event_data ?? {}).every(([field, value]) => data[field] === value);
      if (event_type === one.event_type && isWanted)
        tell({ event: { event_type, data, ...rest }, description: `event '${event_type}'` }, rest.context);
    });
  });
  from.subscribe(id, () => ends.forEach((end) => void end()));
  return null;
}

/** A subscription that says what is known, then what was waited for, and ends. */
function sendSystemHealth(from: Connection, id: number): null {
  const { house, version } = from.gateway;
  const info = {
    version: `core-${version}`,
    installation_type: "Home Assistant Container",
    dev: false,
    hassio: false,
    docker: true,
    user: "root",
    virtualenv: false,
    python_version: isAtLeast(version, 2026, 3) ? "3.14.2" : "3.11.7",
    os_name: "Linux",
    os_version: "6.1.0",
    arch: "x86_64",
    timezone: house.home.timeZone,
    config_dir: "/config",
  };
  const recorder = { database_engine: { type: "pending" }, oldest_recorder_run: { type: "pending" } };
  from.subscribe(id, () => {});
  from.later(() => {
    from.event(id, { type: "initial", data: { homeassistant: { info }, recorder: { info: recorder } } });
    from.event(id, { type: "update", success: true, domain: "recorder", key: "database_engine", data: "sqlite" });
    from.event(id, {
      type: "update",
      success: false,
      domain: "recorder",
      key: "oldest_recorder_run",
      error: { msg: "timeout" },
    });
    from.event(id, { type: "finish" });
  });
  return null;
}

/** Whether the text of a change says something of one of these. */
function isAbout(body: string, only: ReadonlySet<string>): boolean {
  const { a = {}, c = {}, r = [] } = JSON.parse(body) as { a?: object; c?: object; r?: string[] };
  return [...Object.keys(a), ...Object.keys(c), ...r].some((id) => only.has(id));
}
