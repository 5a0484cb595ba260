import { isUnauthorized, isUnknownCommand } from "../client/command-refused.ts";
import type { Command, HomeAssistantClient } from "../client.ts";
import { Area, DeviceRow, EntityRow, Floor, Flow, rowsOf } from "../schema.ts";
import type { Registries } from "./home.ts";

/** The registries as they are now. A version that has no floors has none. */
export async function fetchRegistries(client: HomeAssistantClient): Promise<Registries> {
  const drop = (what: string) => () => client.countGarbage(`a row of the ${what}`);
  const [floors, areas, devices, entities] = await Promise.all([
    askIfThere(client, { type: "config/floor_registry/list" }),
    client.ask({ type: "config/area_registry/list" }, 40),
    client.ask({ type: "config/device_registry/list" }, 40),
    client.ask({ type: "config/entity_registry/list" }, 40),
  ]);
  return {
    floors: rowsOf(Floor, floors ?? [], drop("floors")),
    areas: rowsOf(Area, areas, drop("areas")),
    devices: rowsOf(DeviceRow, devices, drop("devices")),
    entities: rowsOf(EntityRow, entities, drop("entities")),
  };
}

/** The entries for which somebody has to sign in again; undefined where we may not see it. */
export async function fetchSignIns(client: HomeAssistantClient): Promise<ReadonlySet<string> | undefined> {
  const flows = await askIfThere(client, { type: "config_entries/flow/progress" });
  if (flows === undefined) return undefined;
  const rows = rowsOf(Flow, flows, () => client.countGarbage("a flow"));
  const waiting = rows.filter((flow) => flow.context.source === "reauth").map((flow) => flow.context.entry_id);
  return new Set(waiting.filter((id) => id != null));
}

/** Undefined where this Home Assistant does not know the command or we may not use it. */
export async function askIfThere(
  client: HomeAssistantClient,
  command: Command,
  answerSeconds?: number,
): Promise<unknown> {
  try {
    return await client.ask(command, answerSeconds);
  } catch (error) {
    if (isUnknownCommand(error) || isUnauthorized(error)) return undefined;
    throw error;
  }
}
