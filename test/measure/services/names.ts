/** Services of Home Assistant's own integrations, by domain: what somebody with its token could call. */
const SERVICES: Readonly<Record<string, string>> = {
  alarm_control_panel: "alarm_disarm alarm_arm_home alarm_arm_away alarm_arm_night alarm_trigger",
  alert: "turn_on turn_off toggle",
  ai_task: "generate_data",
  assist_satellite: "announce start_conversation",
  automation: "trigger turn_on turn_off toggle reload",
  backup: "create create_automatic",
  button: "press",
  calendar: "create_event get_events",
  camera: "turn_on turn_off snapshot record enable_motion_detection disable_motion_detection play_stream",
  cast: "show_lovelace_view",
  climate: "set_temperature set_hvac_mode set_preset_mode turn_on turn_off set_humidity set_fan_mode",
  cloud: "remote_connect remote_disconnect",
  conversation: "process reload",
  counter: "increment decrement reset",
  cover: "open_cover close_cover set_cover_position stop_cover toggle open_cover_tilt",
  date: "set_value",
  device_tracker: "see",
  downloader: "download_file",
  esphome: "reload",
  fan: "turn_on turn_off set_percentage oscillate",
  ffmpeg: "start stop restart",
  file: "read_file",
  frontend: "set_theme reload_themes",
  google_assistant_sdk: "send_text_command",
  group: "set remove reload",
  hassio: "addon_start addon_stop addon_stdin host_reboot host_shutdown backup_full restore_full restore_partial",
  homeassistant:
    "stop check_config turn_on turn_off toggle reload_all reload_core_config save_persistent_states set_location reload_custom_templates",
  homekit: "unpair reset_accessory reload",
  hue: "activate_scene hue_activate_scene",
  humidifier: "turn_on turn_off set_humidity set_mode",
  image: "snapshot",
  image_processing: "scan",
  input_boolean: "turn_on turn_off toggle",
  input_button: "press",
  input_datetime: "set_datetime",
  input_number: "set_value increment",
  input_select: "select_option",
  input_text: "set_value",
  knx: "send read event_register exposure_register",
  lawn_mower: "start_mowing pause dock",
  light: "turn_on turn_off toggle",
  lock: "lock unlock open",
  logbook: "log",
  logger: "set_level set_default_level",
  lovelace: "reload_resources",
  matter: "open_commissioning_window",
  media_player: "turn_on turn_off volume_set play_media select_source join",
  modbus: "write_register write_coil stop restart",
  mqtt: "publish dump reload",
  notify: "notify persistent_notification send_message everyone",
  number: "set_value",
  person: "reload",
  profiler: "start memory log_event_loop_scheduled",
  python_script: "reload unlock_everything",
  recorder: "purge purge_entities disable enable",
  remote: "send_command learn_command delete_command turn_on",
  rest_command: "reload open_gate",
  scene: "turn_on apply create delete reload",
  schedule: "reload get_schedule",
  script: "turn_on turn_off reload leave_home",
  select: "select_option select_first",
  shell_command: "reboot wipe",
  siren: "turn_on turn_off toggle",
  switch: "toggle",
  system_log: "write clear",
  telegram_bot: "send_message send_file",
  template: "reload",
  text: "set_value",
  time: "set_value",
  timer: "start cancel finish change",
  todo: "add_item remove_item remove_completed_items",
  tts: "speak clear_cache",
  unifi: "reconnect_client remove_clients",
  update: "install skip clear_skipped",
  vacuum: "start stop return_to_base send_command locate",
  valve: "open_valve close_valve set_valve_position",
  wake_on_lan: "send_magic_packet",
  water_heater: "set_temperature set_operation_mode turn_off",
  weather: "get_forecasts",
  zha: "permit remove issue_zigbee_cluster_command set_lock_user_code clear_lock_user_code",
  zone: "reload",
  zwave_js: "set_value set_lock_usercode clear_lock_usercode set_config_parameter refresh_value invoke_cc_api ping",
};

/** Each as `lock.unlock`. */
export const SERVICE_NAMES: readonly string[] = Object.entries(SERVICES).flatMap(([domain, services]) =>
  services.split(" ").map((service) => `${domain}.${service}`),
);

export const DOMAINS: readonly string[] = Object.keys(SERVICES);

/** Names that every object of the language has by itself. */
export const INHERITED: readonly string[] = ["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__"];

/** All that the connector may ever call, by the table in its guide; a phone's name comes behind the domain. */
export function isAllowed({ domain, service }: { readonly domain: string; readonly service: string }): boolean {
  const name = `${domain}.${service}`;
  return ALLOWED.has(name) || /^notify\.mobile_app_[a-z0-9_]+$/.test(name);
}

const ALLOWED: ReadonlySet<string> = new Set([
  "homeassistant.reload_config_entry",
  "homeassistant.update_entity",
  "homeassistant.restart",
  "switch.turn_on",
  "switch.turn_off",
  "persistent_notification.create",
  "persistent_notification.dismiss",
]);
