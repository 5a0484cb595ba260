import { idOf } from "./build-home.ts";
import type { Entry } from "./entries.ts";
import type { Home, HomeArea, HomeDevice, HomeEntity, HomeFloor } from "./home.ts";
import { type House, isAtLeast } from "./house.ts";

/** An answer that is text already: what many homes share is written once. */
export class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Registry = "floors" | "areas" | "devices" | "entities";
const written = new WeakMap<Home, Map<string, Written>>();

/** How Home Assistant of one version writes what it has: a newer one has more fields. */
export class Wire {
  readonly version: string;
  readonly #hasStamps: boolean;
  readonly #hasFloors: boolean;
  readonly #hasSubentries: boolean;
  readonly #hasOneEntryPerDevice: boolean;
  readonly #bornAt = Math.floor(Date.now() / 1000) - 90 * 86_400;

  constructor(version: string) {
    this.version = version;
    this.#hasFloors = isAtLeast(version, 2024, 4);
    this.#hasStamps = isAtLeast(version, 2024, 8);
    this.#hasSubentries = isAtLeast(version, 2025, 3);
    this.#hasOneEntryPerDevice = isAtLeast(version, 2026, 8);
  }

  /** A whole registry. It depends on the home, the version, and on what somebody switched off. */
  registry(house: House, which: Registry): Written {
    const { home, entries } = house;
    const off = entries.all().filter((entry) => entry.isDisabled);
    const name = `${this.version} ${which} ${off.map((entry) => entry.row.id).join(" ")}`;
    const known = written.get(home) ?? new Map<string, Written>();
    written.set(home, known);
    const found = known.get(name) ?? new Written(JSON.stringify(this.#rows(house, which)));
    known.set(name, found);
    return found;
  }

  #rows({ home, entries }: House, which: Registry): Record<string, unknown>[] {
    switch (which) {
      case "floors":
        return home.floors.map((floor) => this.floor(floor));
      case "areas":
        return home.areas.map((area) => this.area(area));
      case "devices":
        return home.devices.map((device) => this.device(device, entries.get(device.entry)?.row.domain ?? ""));
      case "entities":
        return home.entities.map((entity) => this.entity(entity, entries.get(entity.entry ?? "")?.isDisabled ?? false));
      default:
        return which satisfies never;
    }
  }

  floor(floor: HomeFloor): Record<string, unknown> {
    const more = this.#hasFloors ? { aliases: [], ...this.#stamps() } : {};
    return { ...more, floor_id: floor.id, icon: null, level: floor.level, name: floor.name };
  }

  area(area: HomeArea): Record<string, unknown> {
    return {
      aliases: [],
      area_id: area.id,
      ...(this.#hasFloors ? { floor_id: area.floor ?? null, icon: null, labels: [] } : { icon: null }),
      ...(this.#hasSubentries ? { humidity_entity_id: null, temperature_entity_id: null } : {}),
      name: area.name,
      picture: null,
      ...this.#stamps(),
    };
  }

  device(device: HomeDevice, domain: string): Record<string, unknown> {
    return {
      area_id: device.area ?? null,
      configuration_url: device.configurationUrl ?? null,
      config_entries: [device.entry],
      ...(this.#hasSubentries ? { config_entries_subentries: { [device.entry]: [null] } } : {}),
      ...(this.#hasOneEntryPerDevice
        ? { config_entry_id: device.entry, config_subentry_id: null, next_name_part: "area", parent_device_id: null }
        : {}),
      connections: device.mac === undefined ? [] : [["mac", device.mac]],
      ...this.#stamps(),
      disabled_by: null,
      entry_type: device.service ? "service" : null,
      hw_version: null,
      id: device.id,
      identifiers: [[domain, device.identifier]],
      ...(this.#hasFloors ? { labels: [] } : {}),
      manufacturer: device.make ?? null,
      model: device.model ?? null,
      ...(this.#hasStamps ? { model_id: null } : {}),
      name_by_user: null,
      name: device.name,
      ...(this.#hasStamps ? { primary_config_entry: device.entry } : {}),
      serial_number: null,
      sw_version: device.firmware ?? null,
      via_device_id: device.upstream ?? null,
    };
  }

  entity(entity: HomeEntity, isEntryDisabled: boolean): Record<string, unknown> {
    const by = isEntryDisabled ? "config_entry" : entity.disabled ? "integration" : null;
    return {
      area_id: entity.area ?? null,
      ...(this.#hasFloors ? { categories: {} } : {}),
      config_entry_id: entity.entry ?? null,
      ...(this.#hasSubentries ? { config_subentry_id: null } : {}),
      ...this.#stamps(),
      device_id: entity.device ?? null,
      disabled_by: by,
      entity_category: entity.category ?? null,
      entity_id: entity.id,
      ...(this.#hasOneEntryPerDevice ? { next_name_part: "device" } : { has_entity_name: entity.device !== undefined }),
      hidden_by: null,
      icon: null,
      id: idOf("registry", entity.id),
      labels: [],
      name: null,
      options: { conversation: { should_expose: false } },
      original_name: entity.name ?? null,
      platform: entity.platform,
      translation_key: null,
      unique_id: `${entity.entry ?? "yaml"}_${entity.id}`,
    };
  }

  entry(entry: Entry): Record<string, unknown> {
    return {
      ...(this.#hasStamps ? { created_at: entry.createdAt, modified_at: entry.modifiedAt } : {}),
      entry_id: entry.row.id,
      domain: entry.row.domain,
      title: entry.row.title,
      source: "user",
      state: entry.state,
      supports_options: false,
      supports_remove_device: false,
      supports_unload: true,
      ...(this.#hasStamps ? { supports_reconfigure: false } : {}),
      ...(this.#hasSubentries ? { supported_subentry_types: {} } : {}),
      pref_disable_new_entities: false,
      pref_disable_polling: false,
      disabled_by: entry.isDisabled ? "user" : null,
      reason: entry.reason,
      ...(this.#hasStamps ? { error_reason_translation_key: null, error_reason_translation_placeholders: null } : {}),
      ...(this.#hasSubentries ? { error_reason_translation_domain: null, num_subentries: 0 } : {}),
    };
  }

  config(house: House): Record<string, unknown> {
    const { home } = house;
    return {
      allowlist_external_dirs: ["/config/www"],
      allowlist_external_urls: [],
      components: componentsOf(home),
      config_dir: "/config",
      config_source: "storage",
      country: home.country,
      currency: "EUR",
      ...(this.#hasStamps ? { debug: false } : {}),
      elevation: 0,
      external_url: null,
      internal_url: null,
      language: "en",
      latitude: 52.37,
      location_name: home.name,
      ...(this.#hasOneEntryPerDevice ? { logging: { log_file_disabled_reason: null } } : {}),
      longitude: 4.89,
      ...(this.#hasStamps ? { radius: 100 } : {}),
      recovery_mode: false,
      safe_mode: false,
      state: house.core,
      time_zone: home.timeZone,
      unit_system: {
        length: "km",
        accumulated_precipitation: "mm",
        ...(this.#hasSubentries ? { area: "m²" } : {}),
        mass: "g",
        pressure: "Pa",
        temperature: "°C",
        volume: "L",
        wind_speed: "m/s",
      },
      version: this.version,
      whitelist_external_dirs: ["/config/www"],
    };
  }

  coreState(house: House): Record<string, unknown> {
    const recorder = { migration_in_progress: false, migration_is_live: false };
    return { state: house.core, ...(this.#hasStamps ? { recorder_state: recorder } : {}) };
  }

  repairs(house: House): Record<string, unknown> {
    const created = new Date(this.#bornAt * 1000).toISOString().replace("Z", "000+00:00");
    const issues = house.repairs.map((repair) => ({
      breaks_in_ha_version: null,
      created,
      dismissed_version: null,
      domain: repair.domain,
      ignored: false,
      is_fixable: repair.fixable,
      issue_domain: null,
      issue_id: repair.id,
      learn_more_url: null,
      severity: repair.severity,
      translation_key: repair.id,
      translation_placeholders: repair.placeholders ?? null,
    }));
    return { issues };
  }

  log(house: House): Record<string, unknown>[] {
    return house.log.map((entry) => ({
      name: entry.name,
      message: [entry.message],
      level: entry.level,
      source: [`components/${entry.name.split(".").at(-1) ?? "core"}/__init__.py`, 77],
      timestamp: entry.at,
      exception: "",
      count: entry.count,
      first_occurred: entry.at - 3600,
    }));
  }

  backup(house: House): Record<string, unknown> {
    const { completedHoursAgo, isFailed } = house.home.backup;
    const completed =
      completedHoursAgo === null ? null : new Date(Date.now() - completedHoursAgo * 3_600_000).toISOString();
    const backups = completed === null ? [] : [backupOf(completed)];
    if (!isAtLeast(this.version, 2025, 1)) return { backups: backups.map(oldBackupOf), backing_up: false };
    return {
      agent_errors: {},
      ...(this.#hasOneEntryPerDevice ? { agent_error_translations: {} } : {}),
      backups,
      last_attempted_automatic_backup: isFailed ? new Date(Date.now() - 3_600_000).toISOString() : completed,
      last_completed_automatic_backup: completed,
      last_action_event: isFailed
        ? { manager_state: "create_backup", stage: null, state: "failed", reason: "upload_failed" }
        : null,
      next_automatic_backup: null,
      next_automatic_backup_additional: false,
      state: "idle",
    };
  }

  #stamps(): Record<string, number> {
    return this.#hasStamps ? { created_at: this.#bornAt, modified_at: this.#bornAt } : {};
  }
}

function backupOf(date: string): Record<string, unknown> {
  return {
    addons: [],
    agents: { "backup.local": { size: 52_428_800, protected: true } },
    backup_id: idOf("backup", date.slice(0, 10)).slice(0, 8),
    database_included: true,
    date,
    extra_metadata: {},
    failed_addons: [],
    failed_agent_ids: [],
    failed_folders: [],
    folders: [],
    homeassistant_included: true,
    homeassistant_version: "2026.10.4",
    name: "Automatic backup",
    with_automatic_settings: true,
  };
}

function oldBackupOf({ backup_id, date, name }: Record<string, unknown>): Record<string, unknown> {
  return { slug: backup_id, name, date, path: `/config/backups/${String(backup_id)}.tar`, size: 50 };
}

function componentsOf(home: Home): string[] {
  const core = [
    "api",
    "auth",
    "backup",
    "config",
    "frontend",
    "history",
    "homeassistant",
    "http",
    "logbook",
    "recorder",
    "repairs",
    "sun",
    "system_health",
    "system_log",
    "websocket_api",
  ];
  return [...new Set([...core, ...home.entries.map((entry) => entry.domain)])].sort();
}
