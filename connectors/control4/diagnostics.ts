import type { Held } from "./session.ts";

/** What a support ticket needs: versions, ages, counts. No tokens, names of people or places, states of private things. */
export function diagnosticsOf({ follower, tokens, controller, garbage }: Held, now: Date): Record<string, unknown> {
  const { issuedAt, expiresAt } = tokens.current;
  const counts = new Map<string, { count: number; offline: number; unknown: number }>();
  for (const row of follower.home.items) {
    const proxy = row.proxy ?? row.typeName ?? "none";
    const count = counts.get(proxy) ?? { count: 0, offline: 0, unknown: 0 };
    counts.set(proxy, count);
    const available = follower.home.availability(row.id);
    count.count += 1;
    if (available === "offline") count.offline += 1;
    if (available === "unknown") count.unknown += 1;
  }
  return {
    controller: { model: controller.model, osVersion: controller.osVersion ?? null },
    token: {
      ageSeconds: Math.round((now.getTime() - issuedAt) / 1000),
      leftSeconds: Math.round((expiresAt - now.getTime()) / 1000),
    },
    garbage: garbage(),
    items: Object.fromEntries([...counts].sort()),
  };
}
