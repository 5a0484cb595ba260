import { z } from "zod";

/**
 * What Home Assistant's Supervisor takes as the configuration of an app, as it is published on
 * https://developers.home-assistant.io/docs/apps/configuration (read in November 2026). Strict, where the Supervisor would
 * drop a field that it does not know without a word.
 */

const Flag = z.boolean().optional();
const Port = z.number().int().min(1).max(65_535);
const Version = z.string().regex(/^\d+\.\d+\.\d+$/, "is not a version in quotation marks");

/** The type of an option, such as `int(5,20)?`. */
const OptionType = z
  .string()
  .regex(
    /^(?:str(?:\(\d*,\d*\))?|bool|int(?:\(-?\d*,-?\d*\))?|float(?:\([-\d.]*,[-\d.]*\))?|email|url|password|port|match\(.+\)|list\(.+\)|device(?:\(.+\))?)\??$/,
    "is no type of an option",
  );

export const AppConfig = z.strictObject({
  name: z.string().min(1),
  version: Version,
  slug: z.string().regex(/^[-_.A-Za-z0-9]+$/),
  description: z.string().min(1),
  arch: z.array(z.enum(["aarch64", "amd64"])).min(1),
  machine: z.array(z.string()).optional(),
  url: z.url().optional(),
  startup: z.enum(["initialize", "system", "services", "application", "once"]).optional(),
  webui: z.string().optional(),
  boot: z.enum(["auto", "manual", "manual_only"]).optional(),
  ports: z.record(z.string().regex(/^\d+\/(?:tcp|udp)$/), Port.nullable()).optional(),
  ports_description: z.record(z.string(), z.string()).optional(),
  host_network: Flag,
  host_ipc: Flag,
  host_dbus: Flag,
  host_pid: Flag,
  host_uts: Flag,
  devices: z.array(z.string()).optional(),
  homeassistant: Version.optional(),
  hassio_role: z.enum(["default", "homeassistant", "backup", "manager", "admin"]).optional(),
  hassio_api: Flag,
  homeassistant_api: Flag,
  docker_api: Flag,
  privileged: z.array(z.string()).optional(),
  full_access: Flag,
  apparmor: z.union([z.boolean(), z.string()]).optional(),
  map: z
    .array(z.strictObject({ type: z.string(), read_only: Flag, path: z.string().startsWith("/").min(2).optional() }))
    .optional(),
  environment: z.record(z.string().regex(/^\w*$/), z.string()).optional(),
  audio: Flag,
  video: Flag,
  gpio: Flag,
  usb: Flag,
  uart: Flag,
  udev: Flag,
  devicetree: Flag,
  kernel_modules: Flag,
  stdin: Flag,
  legacy: Flag,
  options: z.record(z.string(), z.unknown()).optional(),
  schema: z.union([z.literal(false), z.record(z.string(), OptionType)]).optional(),
  image: z
    .string()
    .regex(/^(?:[a-z0-9.-]+(?::\d+)?\/)+[a-z0-9._-]+$/, "is no image's name without a tag")
    .optional(),
  timeout: z.number().int().min(10).max(300).optional(),
  tmpfs: Flag,
  discovery: z.array(z.string()).optional(),
  services: z.array(z.string().regex(/^\w+:(?:provide|want|need)$/)).optional(),
  auth_api: Flag,
  ingress: Flag,
  ingress_port: z.union([Port, z.literal(0)]).optional(),
  ingress_entry: z.string().optional(),
  ingress_stream: Flag,
  panel_icon: z.string().startsWith("mdi:").optional(),
  panel_title: z.string().optional(),
  panel_admin: Flag,
  backup: z.enum(["hot", "cold"]).optional(),
  backup_pre: z.string().optional(),
  backup_post: z.string().optional(),
  backup_exclude: z.array(z.string()).optional(),
  stage: z.enum(["stable", "experimental", "deprecated"]).optional(),
  init: Flag,
  watchdog: z
    .string()
    .regex(/^(?:https?|\[PROTO:\w+\]|tcp):\/\/\[HOST\]:(?:\[PORT:\d+\]|\d+).*$/)
    .optional(),
  realtime: Flag,
  journald: Flag,
  breaking_versions: z.array(Version).optional(),
  ulimits: z.record(z.string(), z.unknown()).optional(),
});
export type AppConfig = z.infer<typeof AppConfig>;

/** https://developers.home-assistant.io/docs/apps/repository */
export const AppRepository = z.strictObject({ name: z.string(), url: z.url(), maintainer: z.string() });

/** https://developers.home-assistant.io/docs/apps/configuration#app-translations */
export const AppTranslation = z.strictObject({
  configuration: z.record(z.string(), z.strictObject({ name: z.string().min(1), description: z.string().min(1) })),
  network: z.record(z.string(), z.string()).optional(),
});

/**
 * How safe the Supervisor says it is, from 1 to 6: the table on
 * https://developers.home-assistant.io/docs/apps/presentation#security
 */
export function safetyOf(config: AppConfig, hasProfile: boolean): number {
  if (config.full_access || config.docker_api) return 1;
  const risky = ["NET_ADMIN", "SYS_ADMIN", "SYS_RAWIO", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH"];
  const points = [
    config.ingress ? 2 : config.auth_api ? 1 : 0,
    hasProfile ? 1 : 0,
    config.apparmor === false ? -1 : 0,
    config.kernel_modules || config.privileged?.some((name) => risky.includes(name)) ? -1 : 0,
    config.hassio_role === "manager" ? -1 : config.hassio_role === "admin" ? -2 : 0,
    config.host_network ? -1 : 0,
    config.host_pid ? -2 : 0,
    config.host_uts && config.privileged?.includes("SYS_ADMIN") ? -1 : 0,
  ];
  return Math.max(
    1,
    Math.min(
      6,
      points.reduce((sum, point) => sum + point, 5),
    ),
  );
}
