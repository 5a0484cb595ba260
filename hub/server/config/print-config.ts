import type { Config } from "./load-config.ts";
import { settings } from "./settings.ts";

export interface ConfigRow {
  readonly key: string;
  readonly value: string;
  readonly origin: string;
}

/** The settings that are in effect, secrets masked, each with where it came from. */
export function describeConfig(config: Config): readonly ConfigRow[] {
  return settings.map(({ key }) => {
    const value = config[key];
    // A Secret shows itself as `[secret]`.
    return { key, value: value === null ? "-" : String(value), origin: config.origins[key] };
  });
}

/** The same as a table for a terminal. */
export function printConfig(config: Config): string {
  const rows = describeConfig(config);
  const widest = (column: "key" | "value"): number => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(({ key, value, origin }) => `${key.padEnd(widest("key"))}  ${value.padEnd(widest("value"))}  ${origin}`)
    .join("\n");
}
