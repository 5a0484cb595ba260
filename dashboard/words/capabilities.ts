import type { CapabilityName } from "@caretaker/protocol";

const CAPABILITY_WORDS: Record<CapabilityName, string> = {
  "gateway.info": "Gateway software",
  "integration.list": "Integrations",
  "integration.state": "Integration",
  "device.state": "Device",
  "entity.state": "State",
  "log.errors": "Log",
  "repairs.list": "Repairs",
  "backup.info": "Backup",
  "updates.list": "Updates",
  "integration.reload": "Restart the integration",
  "entity.refresh": "Ask for the state now",
  "power.cycle": "Switch off and on",
  "power.on": "Switch on",
  "gateway.restart": "Restart the gateway",
};

/** What a capability is called on the screen; one of a make's own is shown as it is written. */
export function capabilityWords(name: string): string {
  return CAPABILITY_WORDS[name as CapabilityName] ?? name;
}
