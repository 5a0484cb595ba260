import type { CapabilityName } from "@caretaker/protocol";

const CAPABILITY_WORDS: Record<CapabilityName, string> = {
  "gateway.lastSeen": "Last heard from",
  "net.resolve": "Name and addresses",
  "net.connect": "Open doors",
  "net.tls": "Certificate",
  "gateway.info": "Gateway software",
  "integration.list": "Integrations",
  "integration.state": "Integration",
  "device.state": "Device",
  "device.link": "Link as it stands",
  "entity.state": "State",
  "room.state": "Room",
  "log.errors": "Log",
  "log.changes": "Log since last time",
  "clock.state": "Clock",
  "program.state": "Program",
  "repairs.list": "Repairs",
  "backup.info": "Backup",
  "updates.list": "Updates",
  "firmware.list": "Software and versions",
  "integration.reload": "Restart the integration",
  "entity.refresh": "Ask for the state now",
  "entity.exercise": "Move it a little and back",
  "room.off": "Switch off the room",
  "room.select": "Select a source in the room",
  "macro.run": "Run a macro of the installer",
  "power.cycle": "Switch off and on",
  "power.on": "Switch on",
  "program.restart": "Restart the program",
  "clock.sync": "Set the clock",
  "address.renew": "Ask for the address again",
  "identify.start": "Let it blink",
  "identify.stop": "Stop the blinking",
  "panel.message": "Show a message",
  "log.clear": "Clear the log",
  "gateway.restart": "Restart the gateway",
};

/** What a capability is called on the screen; one of a make's own is shown as it is written. */
export function capabilityWords(name: string): string {
  return CAPABILITY_WORDS[name as CapabilityName] ?? name;
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  state: "State",
  unavailable: "Entities that do not answer",
  entities: "Entities",
  needsSignIn: "Needs a sign-in",
  ill: "Integrations that need a look",
  open: "Open repairs",
  errors: "Errors",
  warnings: "Warnings",
  failed: "Last backup failed",
  ageHours: "Age of the backup in hours",
  backups: "Backups",
  waiting: "Updates that wait",
  outdated: "With something newer to install",
  availability: "Availability",
  recording: "History is written",
  lastSeen: "Last seen",
  since: "Since",
  said: "What it says",
  driftSeconds: "Seconds it is wrong",
  comparedWith: "Compared with",
  hasBegunAnew: "Begun anew",
  isIncomplete: "Lines are missing",
  isLoaded: "Loaded",
  file: "File",
  compiled: "Compiled",
  uptimeSeconds: "Seconds since its start",
};

/** What a measured field is called; another one is said as it is named, in words. */
export function fieldWords(field: string): string {
  const spoken = field.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return FIELD_WORDS[field] ?? spoken.charAt(0).toUpperCase() + spoken.slice(1);
}

/** What permitted an act, as the run log writes it: `standing: fix`, `asked: <request>`. */
export function consentWords(consent: string): string {
  if (consent.startsWith("standing: ")) return `what is allowed for good (${consent.slice("standing: ".length)})`;
  return consent.startsWith("asked: ") ? "the homeowner's answer" : consent;
}
