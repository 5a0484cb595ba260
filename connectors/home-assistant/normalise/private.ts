/**
 * What nobody outside the home needs to see: locks, alarms, garage and gates, cameras, microphones, heating safety,
 * medical, who is at home. When in doubt it is private: a person can still see whether it answers.
 */
const DOMAINS: ReadonlySet<string> = new Set([
  "alarm_control_panel",
  "assist_satellite",
  "calendar",
  "camera",
  "conversation",
  "device_tracker",
  "image",
  "lock",
  "person",
  "siren",
  "stt",
  "todo",
  "wake_word",
  "zone",
]);

const DEVICE_CLASSES: Readonly<Record<string, ReadonlySet<string>>> = {
  binary_sensor: new Set([
    "carbon_monoxide",
    "garage_door",
    "gas",
    "heat",
    "lock",
    "occupancy",
    "presence",
    "safety",
    "smoke",
    "sound",
    "tamper",
  ]),
  cover: new Set(["door", "garage", "gate"]),
  event: new Set(["doorbell"]),
  valve: new Set(["gas"]),
};

/** Integrations that are about a person's body or whereabouts, whatever their entities look like. */
const PLATFORMS: ReadonlySet<string> = new Set([
  "dexcom",
  "fitbit",
  "garmin_connect",
  "google_maps",
  "icloud",
  "life360",
  "mobile_app",
  "nightscout",
  "oura",
  "owntracks",
  "polar",
  "sleep_as_android",
  "strava",
  "whoop",
  "withings",
]);

export function isPrivate(entity: {
  readonly domain: string;
  readonly deviceClass?: string | undefined;
  readonly platform?: string | undefined;
}): boolean {
  if (DOMAINS.has(entity.domain) || PLATFORMS.has(entity.platform ?? "")) return true;
  return entity.deviceClass !== undefined && (DEVICE_CLASSES[entity.domain]?.has(entity.deviceClass) ?? false);
}
