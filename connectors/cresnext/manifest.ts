import type { CapabilityDeclaration, CapabilityName, ConnectorManifest } from "@caretaker/protocol";
import { z } from "zod";
import { parseAddress } from "./address.ts";

/** What a technician types to add a touch panel or a DM NVX. */
export const CresNextConfig = z.strictObject({
  url: z
    .string()
    .trim()
    .max(300)
    .refine((url) => parseAddress(url) !== undefined, "is not an address, such as https://192.168.1.50")
    .meta({ title: "Address", examples: ["https://192.168.1.50"] }),
  username: z
    .string()
    .trim()
    .min(1, "is needed")
    .max(100)
    .meta({ title: "User", description: "A user of the panel itself, as on its own web page." }),
  password: z.string().min(1, "is needed").max(200).meta({ title: "Password" }),
  pinnedCertificate: z
    .string()
    .regex(/^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/, "is not a SHA-256 fingerprint")
    .optional()
    .meta({ title: "Certificate", description: "Fingerprint of the certificate that a person said yes to." }),
});
export type CresNextConfig = z.infer<typeof CresNextConfig>;

const capabilities: Readonly<Partial<Record<CapabilityName, CapabilityDeclaration>>> = {
  "gateway.info": { scope: "reach", timeoutSeconds: 30 },
  "device.state": { scope: "view", timeoutSeconds: 30 },
  "firmware.list": { scope: "view", timeoutSeconds: 30 },
  "gateway.restart": {
    scope: "disruptive",
    timeoutSeconds: 40,
    felt: {
      en: "The screen goes dark and takes a few minutes to start again. Whatever else runs in the house goes on.",
      nl: "Het scherm gaat uit en heeft een paar minuten nodig om op te starten. De rest van het huis werkt gewoon door.",
      de: "Der Bildschirm wird dunkel und braucht einige Minuten zum Starten. Alles andere im Haus läuft weiter.",
      fr: "L'écran s'éteint et met quelques minutes à redémarrer. Tout le reste de la maison continue de fonctionner.",
    },
  },
};

export const manifest: ConnectorManifest = {
  id: "cresnext",
  name: "Crestron panel or DM NVX",
  isOneOfMany: true,
  config: CresNextConfig,
  secrets: ["password"],
  capabilities,
};
