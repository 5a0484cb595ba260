import { z } from "zod";

/** What Home Assistant says of phones with its companion app, and of the people they belong to. */

export const UserRow = z.object({
  id: z.string().min(1).max(100),
  name: z.string().max(200).nullish().catch(null),
  is_active: z.boolean().catch(true),
  system_generated: z.boolean().catch(false),
});

export const Tap = z.object({
  data: z.object({ action: z.string().max(300) }),
  context: z.object({ user_id: z.string().max(100).nullable().catch(null) }).catch({ user_id: null }),
});

const Services = z.object({ notify: z.record(z.string(), z.unknown()).catch({}) }).catch({ notify: {} });

/** Each phone has a service of its own, named after it. */
export function phonesOf(services: unknown): string[] {
  return Object.keys(Services.parse(services).notify)
    .filter((name) => /^mobile_app_[a-z0-9_]+$/.test(name))
    .sort();
}

const Person = z.object({
  user_id: z.string().nullish().catch(null),
  device_trackers: z.array(z.string()).catch([]),
});
const People = z
  .object({ storage: z.array(z.unknown()).catch([]), config: z.array(z.unknown()).catch([]) })
  .catch({ storage: [], config: [] });

/** Whose phone it seems to be: a person of the home has trackers, and a phone's tracker is called as the phone is. */
export function suggestedUsers(people: unknown): Map<string, string> {
  const { storage, config } = People.parse(people);
  const owners = new Map<string, string>();
  for (const one of [...storage, ...config]) {
    const person = Person.safeParse(one).data;
    if (person?.user_id == null) continue;
    for (const tracker of person.device_trackers) {
      const name = /^device_tracker\.(.+)$/.exec(tracker)?.[1];
      if (name !== undefined) owners.set(name, person.user_id);
    }
  }
  return owners;
}

const Device = z.object({
  name: z.string().nullish(),
  name_by_user: z.string().nullish().catch(null),
  identifiers: z.array(z.array(z.unknown())).catch([]),
});

/** The phones' own names, by the end of their service's name. */
export function namesOf(devices: unknown): Map<string, string> {
  const names = new Map<string, string>();
  for (const one of Array.isArray(devices) ? devices : []) {
    const device = Device.safeParse(one).data;
    if (device?.name == null || !device.identifiers.some(([domain]) => domain === "mobile_app")) continue;
    names.set(slug(device.name), device.name_by_user ?? device.name);
  }
  return names;
}

/** As Home Assistant makes a service's name of a phone's, near enough: where it differs, the service's name is shown. */
function slug(name: string): string {
  return (
    name
      .normalize("NFKD")
      // A straight apostrophe parts two words, a curly one does not.
      .replace(/[\u0300-\u036f’]/g, "")
      .toLowerCase()
      .replaceAll("ß", "ss")
      .replaceAll("ø", "o")
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_|_$/g, "")
  );
}
