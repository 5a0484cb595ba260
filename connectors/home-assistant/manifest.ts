import type { CapabilityDeclaration, CapabilityName, ConnectorManifest } from "@caretaker/protocol";
import { z } from "zod";
import { parseAddress } from "./address.ts";

const Fields = z.strictObject({
  url: z
    .string()
    .trim()
    .max(300)
    .refine((url) => parseAddress(url) !== undefined, "is not an address, such as http://homeassistant.local:8123")
    .meta({ title: "Address", examples: ["http://homeassistant.local:8123"] }),
  token: z
    .string()
    .trim()
    .min(20, "is too short for a long-lived access token")
    .max(2000)
    .regex(/^[\x21-\x7e]+$/, "has characters that no access token has")
    .optional()
    .meta({
      title: "Long-lived access token",
      description:
        "In Home Assistant: a user of its own for Caretaker, then Profile, Security, Create token. Leave it empty for http://supervisor/core: the agent that runs as Home Assistant's own app has one.",
    }),
  pinnedCertificate: z
    .string()
    .regex(/^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/, "is not a SHA-256 fingerprint")
    .optional()
    .meta({ title: "Certificate", description: "Fingerprint of the certificate that a person said yes to." }),
});

/** What a technician types to add a Home Assistant. Only behind the Supervisor's proxy does the agent there have a token. */
export const HomeAssistantConfig = Fields.refine(
  ({ url, token }) => token !== undefined || parseAddress(url)?.isProxied === true,
  { path: ["token"], error: "is missing" },
);
export type HomeAssistantConfig = z.infer<typeof HomeAssistantConfig>;

/** Made once: a hub that starts asks every home of a fleet where it is. */
export const Whereabouts = Fields.pick({ url: true, pinnedCertificate: true }).loose();

function read(scope: CapabilityDeclaration["scope"], timeoutSeconds = 20): CapabilityDeclaration {
  return { scope, timeoutSeconds };
}

const capabilities: Readonly<Partial<Record<CapabilityName, CapabilityDeclaration>>> = {
  "gateway.info": read("reach"),
  "integration.list": read("view"),
  "integration.state": read("view"),
  "device.state": read("view"),
  "entity.state": read("view"),
  "log.errors": read("view"),
  "repairs.list": read("view"),
  "backup.info": read("view", 40),
  "updates.list": read("view"),
  "firmware.list": read("view"),
  "integration.reload": {
    scope: "fix",
    timeoutSeconds: 120,
    felt: {
      en: "The things that belong to it do not answer for some seconds.",
      nl: "De apparaten die erbij horen reageren een paar seconden niet.",
      de: "Die Geräte, die dazugehören, reagieren einige Sekunden nicht.",
      fr: "Les appareils qui en dépendent ne répondent pas pendant quelques secondes.",
    },
  },
  "entity.refresh": { scope: "diagnose", timeoutSeconds: 30 },
  "power.cycle": {
    scope: "disruptive",
    timeoutSeconds: 75,
    felt: {
      en: "What is plugged in there loses its power for a moment and takes about a minute to start again.",
      nl: "Wat daar is aangesloten, krijgt even geen stroom en heeft daarna ongeveer een minuut nodig om op te starten.",
      de: "Was dort angeschlossen ist, hat einen Moment keinen Strom und braucht danach etwa eine Minute zum Starten.",
      fr: "Ce qui y est branché est privé de courant un instant, puis met environ une minute à redémarrer.",
    },
    undo: "power.on",
    settle: "power.on",
  },
  "power.on": {
    scope: "fix",
    timeoutSeconds: 45,
    felt: {
      en: "What is plugged in there gets power.",
      nl: "Wat daar is aangesloten, krijgt weer stroom.",
      de: "Was dort angeschlossen ist, bekommt wieder Strom.",
      fr: "Ce qui y est branché est de nouveau alimenté.",
    },
  },
  "gateway.restart": {
    scope: "disruptive",
    timeoutSeconds: 90,
    felt: {
      en: "Automations, the app and voice control pause for one to five minutes. Wall switches keep working where they are wired.",
      nl: "Automatiseringen, de app en spraakbediening staan één tot vijf minuten stil. Bedrade schakelaars blijven werken.",
      de: "Automationen, die App und die Sprachsteuerung stehen eine bis fünf Minuten still. Verdrahtete Schalter funktionieren weiter.",
      fr: "Les automatisations, l'application et la commande vocale s'arrêtent une à cinq minutes. Les interrupteurs câblés continuent de fonctionner.",
    },
  },
};

export const manifest: ConnectorManifest = {
  id: "home-assistant",
  name: "Home Assistant",
  config: HomeAssistantConfig,
  secrets: ["token"],
  capabilities,
  messages: ["phone.list", "phone.ask", "phone.clear", "notice.show", "notice.clear"],
};
