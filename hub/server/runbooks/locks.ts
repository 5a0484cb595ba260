import type { CapabilityName } from "@caretaker/protocol";

/**
 * What an action needs for itself while its run lasts: two runs of a site that need the same wait for each other. A
 * restart of the gateway disturbs everything.
 */
const LOCKS: Readonly<Partial<Record<CapabilityName, readonly string[]>>> = {
  "integration.reload": ["integration"],
  "entity.refresh": ["entity"],
  "power.cycle": ["power"],
  "power.on": ["power"],
  // Whatever the program serves.
  "program.restart": ["entity", "gateway", "integration", "power"],
  "gateway.restart": ["entity", "gateway", "integration", "power"],
};

/** An action that nobody thought of here locks everything. */
const ALL = ["entity", "gateway", "integration", "power"] as const;

export function locksOf(actions: Iterable<CapabilityName>): string[] {
  return [...new Set([...actions].flatMap((action) => LOCKS[action] ?? ALL))].sort();
}
