import type { CapabilityDeclaration, CapabilityName, ConnectorManifest } from "@caretaker/protocol";
import { z } from "zod";
import { parseAddress } from "./address.ts";

/** What a technician types to add a processor. */
export const CrestronConfig = z.strictObject({
  address: z
    .string()
    .trim()
    .max(300)
    .refine((address) => parseAddress(address) !== undefined, "is not an address, such as 192.168.1.10")
    .meta({ title: "Address", description: "Of the processor's console over SSH: port 22 unless you say another." }),
  username: z.string().trim().min(1, "is needed").max(100).meta({ title: "User" }),
  password: z.string().min(1, "is needed").max(200).meta({ title: "Password" }),
  allowOldAlgorithms: z.boolean().default(false).meta({
    title: "Allow old encryption",
    description: "For very old firmware alone. What it offers can be broken by somebody in the network between.",
  }),
  pinnedHostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "is not a fingerprint as OpenSSH prints it")
    .optional()
    .meta({ title: "Host key", description: "Fingerprint of the host key that a person said yes to." }),
});
export type CrestronConfig = z.infer<typeof CrestronConfig>;

const capabilities: Readonly<Partial<Record<CapabilityName, CapabilityDeclaration>>> = {
  "gateway.info": { scope: "reach", timeoutSeconds: 30 },
  "device.state": { scope: "view", timeoutSeconds: 30 },
  "log.errors": { scope: "view", timeoutSeconds: 40 },
  "program.restart": {
    scope: "disruptive",
    timeoutSeconds: 180,
    felt: {
      en: "The screens and buttons that this program serves do not answer for a minute or two. Lights and climate may do so as well.",
      nl: "De schermen en knoppen die bij dit programma horen, reageren een of twee minuten niet. Dat kan ook voor verlichting en klimaat gelden.",
      de: "Die Bildschirme und Tasten dieses Programms reagieren ein bis zwei Minuten nicht. Das kann auch für Licht und Klima gelten.",
      fr: "Les écrans et les boutons liés à ce programme ne répondent pas pendant une à deux minutes. L'éclairage et le chauffage peuvent aussi être concernés.",
    },
  },
  "gateway.restart": {
    scope: "disruptive",
    timeoutSeconds: 40,
    felt: {
      en: "Screens, buttons, lights and climate that this system serves do not answer for several minutes.",
      nl: "Schermen, knoppen, verlichting en klimaat van dit systeem reageren enkele minuten niet.",
      de: "Bildschirme, Tasten, Licht und Klima dieses Systems reagieren mehrere Minuten nicht.",
      fr: "Les écrans, les boutons, l'éclairage et le chauffage de ce système ne répondent pas pendant plusieurs minutes.",
    },
  },
};

export const manifest: ConnectorManifest = {
  id: "crestron",
  name: "Crestron processor",
  config: CrestronConfig,
  secrets: ["password"],
  capabilities,
};
