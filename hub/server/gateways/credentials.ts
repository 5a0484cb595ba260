import { isDeepStrictEqual } from "node:util";
import { CaretakerError, type Connector, type GatewayId, isCaretakerError, type Secret } from "@caretaker/protocol";
import type { Database, Trx } from "../db/database.ts";

/** What this room asks of the vault. */
export interface CredentialVault {
  seal(trx: Trx, owner: string, fields: Readonly<Record<string, string>>): Promise<void>;
  open(owner: string): Promise<Record<string, Secret>>;
  openMany(owners: readonly string[]): Promise<Map<string, Record<string, Secret>>>;
  destroy(trx: Trx, owner: string): Promise<void>;
}

/** Whose credentials they are, as the vault calls it. */
export function credentialsOwner(gatewayId: GatewayId): string {
  return `gateway:${gatewayId}`;
}

type Config = Readonly<Record<string, unknown>>;

/** What is stored in the open, and what is sealed. */
export function splitConfig(connector: Connector, config: Config): { open: Config; secrets: Record<string, string> } {
  const isSecret = (field: string): boolean => connector.manifest.secrets.includes(field);
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  return {
    open: Object.fromEntries(entries.filter(([field]) => !isSecret(field))),
    secrets: Object.fromEntries(
      entries.filter(([field]) => isSecret(field)).map(([field, value]) => [field, String(value)]),
    ),
  };
}

/** The whole configuration with its secrets in the clear: for the moment in which a connector is handed it. */
export async function openConfig(
  vault: CredentialVault,
  connector: Connector,
  gatewayId: GatewayId,
  open: Config,
): Promise<Config> {
  if (connector.manifest.secrets.length === 0) return { ...open };
  try {
    return withSecrets(open, await vault.open(credentialsOwner(gatewayId)));
  } catch (error) {
    // Some gateways need none of the secrets that their make has: the agent in the home has a token of its own.
    const needsNone = isCaretakerError(error, "not_found") && connector.manifest.config.safeParse(open).success;
    if (needsNone) return { ...open };
    throw error;
  }
}

/** The configurations of several gateways with their secrets, read together. */
export async function openConfigs(
  db: Database,
  vault: CredentialVault,
  gatewayIds: readonly GatewayId[],
): Promise<Map<GatewayId, Config>> {
  const [rows, secrets] = await Promise.all([
    db
      .selectFrom("gateway")
      .select(["id", "config"])
      .where("id", "in", [...gatewayIds])
      .execute(),
    vault.openMany(gatewayIds.map(credentialsOwner)),
  ]);
  return new Map(
    rows.map(({ id, config }) => {
      const gatewayId = id as GatewayId;
      return [gatewayId, withSecrets(config, secrets.get(credentialsOwner(gatewayId)) ?? {})];
    }),
  );
}

function withSecrets(open: Config, secrets: Readonly<Record<string, Secret>>): Config {
  const revealed = Object.entries(secrets).map(([field, secret]) => [field, secret.reveal()]);
  return { ...open, ...Object.fromEntries(revealed) };
}

/** Checks a configuration against the connector's own schema; each mistake is named by its field, never by its value. */
export function parseConfig(connector: Connector, config: Config): Config {
  const parsed = connector.manifest.config.safeParse(config);
  if (parsed.success) return parsed.data as Config;
  throw new CaretakerError("invalid_input", `The settings for ${connector.manifest.name} have mistakes.`, {
    fields: parsed.error.issues.map(({ path, message }) => ({ path: ["config", ...path].join("."), message })),
  });
}

/**
 * A secret is kept for the settings that it was given with. Who may change these but does not know it (a key of the API
 * that leaked) could otherwise have it sent to a host of their own, or to whoever sits in between.
 *
 * @throws CaretakerError `invalid_input` that names each secret that has to be given again.
 */
export function refuseKeptSecrets(connector: Connector, kept: Config, given: Config, next: Config): void {
  const changed = changedSettings(connector, kept, next);
  if (changed.length === 0) return;
  const missing = connector.manifest.secrets.filter(
    (field) => next[field] !== undefined && !Object.hasOwn(given, field),
  );
  if (missing.length === 0) return;
  throw new CaretakerError(
    "invalid_input",
    `Other settings of this gateway change (${changed.join(", ")}), so its secrets have to be given again: a secret is never sent anywhere but where it was given for.`,
    { fields: missing.map((field) => ({ path: `config.${field}`, message: "has to be given again" })) },
  );
}

/** The fields that are stored in the open and become others, with what a make takes where nothing is said. */
function changedSettings(connector: Connector, kept: Config, next: Config): string[] {
  const parsed = connector.manifest.config.safeParse(kept);
  const before = splitConfig(connector, parsed.success ? (parsed.data as Config) : kept).open;
  const after = splitConfig(connector, next).open;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return fields.filter((field) => !isDeepStrictEqual(before[field], after[field]));
}

/** Where a gateway is, without anything secret: `http://192.168.1.20:8123`. */
export function addressOf(connector: Connector, config: Config): string {
  const { host, port, tls, scheme } = connector.target(config);
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `${scheme ?? (tls ? "https" : "http")}://${name}:${port}`;
}
