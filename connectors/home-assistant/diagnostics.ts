import { askIfThere } from "./home/fetch.ts";
import type { Follower } from "./home/follower.ts";
import { judgeEntry } from "./home/judge.ts";
import { isPrivate } from "./normalise/private.ts";
import { readSystemHealth } from "./normalise/system-health.ts";
import { Issue, Issues, RecorderInfo, rowsOf } from "./schema.ts";

const HEALTH_SECONDS = 20;

/** What a support ticket needs: versions, states, counts. No tokens, names of people, places, states of private things. */
export async function diagnosticsOf(from: Follower): Promise<Record<string, unknown>> {
  const { client, home, config, user } = from;
  await from.whenKnown();
  const [recorder, repairs, health] = await Promise.all([
    askIfThere(client, { type: "recorder/info" }),
    askIfThere(client, { type: "repairs/list_issues" }),
    readSystemHealth(client, HEALTH_SECONDS),
  ]);
  const issues = rowsOf(Issue, Issues.safeParse(repairs).data?.issues ?? [], () => {});
  return {
    core: {
      version: config.version,
      state: config.state,
      isRecovery: config.recovery_mode === true,
      isSafe: config.safe_mode === true,
      components: config.components,
    },
    isAdmin: user.is_admin,
    connection: { garbage: client.garbage, isOpen: client.isOpen },
    systemHealth: health,
    recorder: RecorderInfo.safeParse(recorder).data ?? null,
    repairs: issues.map((issue) => ({
      domain: issue.domain,
      issue: issue.translation_key ?? issue.issue_id,
      severity: issue.severity,
    })),
    integrations: [...home.entries.values()].map((entry) => {
      const { state, needsSignIn, unavailable, entities } = judgeEntry(home, entry);
      return { domain: entry.domain, state, needsSignIn, unavailable, entities };
    }),
    entities: countEntities(from),
  };
}

function countEntities({ home }: Follower): Record<string, { count: number; unavailable: number; private: number }> {
  const counts = new Map<string, { count: number; unavailable: number; private: number }>();
  for (const entity of home.entities.values()) {
    const count = counts.get(entity.traits.domain) ?? { count: 0, unavailable: 0, private: 0 };
    counts.set(entity.traits.domain, count);
    count.count += 1;
    if (entity.state === "unavailable") count.unavailable += 1;
    if (isPrivate({ domain: entity.traits.domain, deviceClass: entity.deviceClass })) count.private += 1;
  }
  return Object.fromEntries([...counts].sort());
}
