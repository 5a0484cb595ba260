import {
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type ReadName,
  type ReadRequest,
} from "@caretaker/protocol";
import { isUnauthorized, isUnknownCommand } from "./client/command-refused.ts";
import type { Follower } from "./home/follower.ts";
import { isIll, isSilent, judgeDevice, judgeEntry } from "./home/judge.ts";
import { firmwareOf } from "./normalise/firmware.ts";
import { backupOf, errorsOf, lastSeenOf, momentOf, percentOf, repairsOf, updatesOf } from "./normalise/health.ts";
import { BackupInfo, Config, Issue, Issues, LogRow, RecorderInfo, rowsOf, Translations } from "./schema.ts";
import { words } from "./words.ts";

type Reads = { [N in ReadName]?: (from: Follower, input: CapabilityInput<N>) => Promise<CapabilityOutput<N>> };

const reads: Reads = {
  "gateway.info": async (from) => {
    const { client, user } = from;
    const [answer, recorder] = await Promise.all([
      client.ask({ type: "get_config" }),
      client.ask({ type: "recorder/info" }).catch(nothingIfAbsent),
    ]);
    const config = Config.parse(answer);
    const { recording, thread_running: isAlive } = RecorderInfo.safeParse(recorder).data ?? {};
    return {
      name: config.location_name,
      version: config.version,
      state: from.stateOf(config),
      timeZone: config.time_zone ?? null,
      isAdmin: user.is_admin,
      recording: recording == null ? null : recording && isAlive !== false,
    };
  },

  "integration.list": async (from) => {
    needRunning(from);
    await from.entries.refreshSignIns();
    const { home } = from;
    const entries = [...home.entries.values()].filter((entry) => entry.source !== "ignore");
    const judged = entries.map((entry) => ({ entry, condition: judgeEntry(home, entry) }));
    return {
      integrations: judged.map(({ entry, condition }) => ({
        ...condition,
        key: entry.entry_id,
        name: entry.title || entry.domain,
        domain: entry.domain,
        disabled: entry.disabled_by != null,
      })),
      ill: judged.filter(({ entry, condition }) => isIll(entry, condition)).length,
    };
  },

  "integration.state": async (from, { integration }) => {
    needRunning(from);
    const entry = from.home.entries.get(integration);
    if (entry === undefined) throw new CaretakerError("not_available_here", words.noSuch("integration"));
    await from.entries.refreshSignIns();
    return judgeEntry(from.home, from.home.entries.get(integration) ?? entry);
  },

  "device.state": async (from, { device: id }) => {
    needRunning(from);
    const { home } = from;
    const device = home.devices.get(id);
    if (device === undefined) throw new CaretakerError("not_available_here", words.noSuch("device"));
    const entities = home.ofDevice(id).filter((entity) => !home.isOrphan(entity));
    return {
      availability: judgeDevice(home, device),
      entities: entities.length,
      unavailable: entities.filter(isSilent).length,
      battery: percentOf(entities),
      lastSeen: lastSeenOf(entities),
      firmware: device.firmware,
    };
  },

  "entity.state": async (from, { entity: key }) => {
    needRunning(from);
    const entity = from.home.byKey(key);
    if (entity === undefined) throw new CaretakerError("not_available_here", words.noSuch("entity"));
    return {
      state: entity.state,
      availability: from.home.isOrphan(entity) ? "unknown" : isSilent(entity) ? "offline" : "online",
      since: momentOf(entity.since),
      attributes: { ...entity.attributes },
    };
  },

  "log.errors": async ({ client, home }, { integration }) => {
    const rows = rowsOf(LogRow, await client.ask({ type: "system_log/list" }), () =>
      client.countGarbage("a line of the log"),
    );
    const domain = integration === undefined ? undefined : home.entries.get(integration)?.domain;
    if (integration !== undefined && domain === undefined)
      throw new CaretakerError("not_available_here", words.noSuch("integration"));
    return errorsOf(rows, domain);
  },

  "repairs.list": async ({ client }) => {
    const { issues } = Issues.parse(await client.ask({ type: "repairs/list_issues" }));
    const rows = rowsOf(Issue, issues, () => client.countGarbage("a repair"));
    const integration = [...new Set(rows.map((issue) => issue.domain))];
    const texts = await client
      .ask({ type: "frontend/get_translations", language: "en", category: "issues", integration })
      .catch(nothingIfAbsent);
    return repairsOf(rows, Translations.safeParse(texts).data?.resources ?? {});
  },

  "backup.info": async ({ client }) =>
    backupOf(BackupInfo.parse(await client.ask({ type: "backup/info" }, 35)), new Date()),

  "updates.list": async (from) => {
    needRunning(from);
    return updatesOf(from.home.entities.values());
  },

  "firmware.list": async (from) => {
    needRunning(from);
    const { version } = Config.parse(await from.client.ask({ type: "get_config" }));
    return firmwareOf(version, from.home.devices.values(), from.home.entities.values());
  },
};

/** Answers one read. Rejects with `not_available_here` where this Home Assistant lacks it or the token may not see it. */
export async function read<N extends CapabilityName>(
  from: Follower,
  request: ReadRequest<N>,
): Promise<CapabilityOutput<N>> {
  const { capability, input } = request;
  // What every object has by inheritance, such as `constructor`, is nothing that can be read.
  const answer = Object.hasOwn(reads, capability)
    ? (reads as Partial<Record<CapabilityName, (from: Follower, input: unknown) => Promise<unknown>>>)[capability]
    : undefined;
  if (answer === undefined) throw new CaretakerError("not_available_here", words.notHere(capability));
  try {
    if (capability !== "gateway.info") await from.whenKnown();
    return (await answer(from, input)) as CapabilityOutput<N>;
  } catch (error) {
    if (isUnknownCommand(error))
      throw new CaretakerError("not_available_here", words.notHere(capability), { cause: error });
    if (isUnauthorized(error))
      throw new CaretakerError("not_available_here", words.notAdmin(capability), { cause: error });
    if (error instanceof CaretakerError) throw error;
    throw new CaretakerError("gateway_misbehaving", words.notUnderstood(capability), { cause: error });
  }
}

/** Half a home is unavailable while Home Assistant starts: that is not known yet, it has not failed. */
function needRunning(from: Follower): void {
  if (!from.isRunning) throw new CaretakerError("gateway_lost", words.starting, { meta: { cause: "starting" } });
}

function nothingIfAbsent(error: unknown): undefined {
  if (isUnknownCommand(error) || isUnauthorized(error)) return undefined;
  throw error;
}
