import type { CapabilityName } from "@caretaker/protocol";

/**
 * What an action needs for itself while its run lasts: two runs of a site that need the same wait for each other. A
 * restart of the gateway disturbs everything.
 */
const LOCKS: Readonly<Partial<Record<CapabilityName, readonly string[]>>> = {
  "integration.reload": ["integration"],
  "entity.refresh": ["entity"],
  "entity.exercise": ["entity"],
  "room.off": ["room"],
  "room.select": ["room"],
  // What an installer programmed may do anything.
  "macro.run": ["entity", "gateway", "integration", "power", "room"],
  "power.cycle": ["power"],
  "power.on": ["power"],
  // Whoever restarts the gateway meanwhile would be in their way.
  "clock.sync": ["gateway"],
  "identify.start": ["gateway"],
  "identify.stop": ["gateway"],
  "panel.message": ["gateway"],
  "log.clear": ["gateway"],
  // Whatever the program serves.
  "program.restart": ["entity", "gateway", "integration", "power", "room"],
  "gateway.restart": ["entity", "gateway", "integration", "power", "room"],
};

/** An action that nobody thought of here locks everything. */
const ALL = ["entity", "gateway", "integration", "power", "room"] as const;

export function locksOf(actions: Iterable<CapabilityName>): string[] {
  return [...new Set([...actions].flatMap((action) => LOCKS[action] ?? ALL))].sort();
}
