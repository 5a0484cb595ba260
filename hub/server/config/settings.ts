import { Secret } from "@caretaker/protocol";
import { z } from "zod";

/** What is said of a setting besides its shape. */
interface About {
  readonly help: string;
  /** Shown as `[secret]`; may stand in a file of its own, which `<variable>_FILE` names. */
  readonly isSecret?: boolean;
  /** The environment variable, where it is not `CARETAKER_` and the key. */
  readonly variable?: string;
}

const about = z.registry<About>();

const PORT = "must be a port from 0 to 65535 (0 takes any that is free)";
const Port = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], { error: PORT })
  .pipe(z.int(PORT).min(0, PORT).max(65_535, PORT));

const DAYS = "must be a number of days from 1 to 36500";
const Days = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], { error: DAYS })
  .pipe(z.int(DAYS).min(1, DAYS).max(36_500, DAYS));

const Text = z.string({ error: "must be text" }).min(1, "must not be empty");

const ORIGIN = "must be an address of http or https without a path, like https://care.example.com";
const Origin = Text.refine(isOrigin, ORIGIN).transform((text) => new URL(text).origin);

const DATABASE = "must be an address of Postgres, like postgres://user:password@host:5432/caretaker";
const MAIL_SERVER = "must be an address of a mail server, like smtp://user:password@host:587 or smtps://…";

const SENDER = "must be a sender, like care@example.com or Firm <care@example.com>";
const Sender = Text.regex(/^(?:[^<>@\r\n]+ )?<?[^\s<>@]+@[^\s<>@]+>?$/, SENDER);

const LEVELS = ["debug", "info", "warn", "error"] as const;
const Level = z.enum(LEVELS, { error: `must be one of ${LEVELS.join(", ")}` });

const SHORT_TOKEN = "must have at least 16 characters, since whoever knows it becomes the principal";

/** Every setting there is: the one place that flags, variables, `caretaker.yaml`, help and checks come from. */
export const Settings = z.strictObject({
  port: Port.default(4400).register(about, { help: "where the hub listens" }),
  host: Text.default("127.0.0.1").register(about, { help: "which address it listens on; 0.0.0.0 for all" }),
  data: Text.default("./data").register(about, { help: "the folder of the embedded database and the key ring" }),
  databaseUrl: secret(["postgres:", "postgresql:"], DATABASE).register(about, {
    help: "a Postgres of your own, 15 or newer, instead of the embedded one",
    isSecret: true,
    variable: "DATABASE_URL",
  }),
  publicUrl: Origin.nullable().default(null).register(about, { help: "the address that people use" }),
  smtpUrl: secret(["smtp:", "smtps:"], MAIL_SERVER).register(about, {
    help: "the mail server; without one, messages wait in the outbox",
    isSecret: true,
  }),
  mailFrom: Sender.nullable().default(null).register(about, { help: "the sender of messages to homeowners" }),
  keyFile: Text.nullable().default(null).register(about, { help: "the key ring that seals gateway credentials" }),
  backupFolder: Text.nullable().default(null).register(about, { help: "where the daily backups go" }),
  keepRunDays: Days.default(730).register(about, { help: "for how many days the words of runs that ended are kept" }),
  keepMessageDays: Days.default(90).register(about, { help: "for how many days messages are kept" }),
  keepHistoryDays: Days.default(400).register(about, {
    help: "for how many days it is kept when gateways were away",
  }),
  keepRemovedSiteDays: Days.default(30).register(about, {
    help: "for how many days a removed site is kept before it is erased",
  }),
  setupToken: Text.min(16, SHORT_TOKEN)
    .transform((token) => new Secret(token))
    .nullable()
    .default(null)
    .register(about, { help: "the token of the setup page; random and printed when absent", isSecret: true }),
  logLevel: Level.default("info").register(about, { help: `how much is logged: ${LEVELS.join(", ")}` }),
});
export type Settings = z.infer<typeof Settings>;

export type SettingKey = keyof Settings;

/** One setting with all its names. */
export interface Setting {
  readonly key: SettingKey;
  /** `--public-url`, without the dashes. */
  readonly flag: string;
  /** `CARETAKER_PUBLIC_URL`. */
  readonly variable: string;
  readonly isSecret: boolean;
  readonly help: string;
}

export const settings: readonly Setting[] = (Object.keys(Settings.shape) as SettingKey[]).map((key) => {
  const said = about.get(Settings.shape[key]);
  const words = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return {
    key,
    flag: words,
    variable: said?.variable ?? `CARETAKER_${words.replaceAll("-", "_").toUpperCase()}`,
    isSecret: said?.isSecret ?? false,
    help: said?.help ?? "",
  };
});

function secret(protocols: readonly string[], message: string) {
  return Text.refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ""), message)
    .transform((text) => new Secret(text))
    .nullable()
    .default(null);
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol)) return false;
  return url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
}
