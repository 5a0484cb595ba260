import type { CapabilityDeclaration, CapabilityName, ConnectorManifest } from "@caretaker/protocol";
import { z } from "zod";
import { parseAddress, parseHomeAddress } from "./address.ts";

const Shape = z.strictObject({
  address: z
    .string()
    .trim()
    .max(300)
    .refine((address) => parseAddress(address) !== undefined, "is not an address, such as 192.168.1.10")
    .optional()
    .meta({ title: "Address", description: "Of the processor's console over SSH: port 22 unless you say another." }),
  username: z.string().trim().min(1, "is needed").max(100).optional().meta({ title: "User" }),
  password: z.string().min(1, "is needed").max(200).optional().meta({ title: "Password" }),
  allowOldAlgorithms: z.boolean().default(false).meta({
    title: "Allow old encryption",
    description: "For very old firmware alone. What it offers can be broken by somebody in the network between.",
  }),
  homeAddress: z
    .string()
    .trim()
    .max(300)
    .refine((address) => parseHomeAddress(address) !== undefined, "is not an address, such as https://192.168.1.10")
    .optional()
    .meta({
      title: "Crestron Home address",
      description:
        "Where the processor runs Crestron Home: https:// unless it is an older one. Empty where it does not.",
    }),
  homeToken: z.string().trim().min(1, "is needed").max(400).optional().meta({
    title: "Crestron Home token",
    description: "From its setup app: Installer Settings, System Control Options, Web API Settings, Update Token.",
  }),
  acceptAnyCertificate: z.boolean().default(false).meta({
    title: "Trust any certificate of Crestron Home",
    description:
      "It makes a new one at each restart, so a confirmed one lasts until then. With this, somebody in the network between could pretend to be it and read the token.",
  }),
  pinnedHostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "is not a fingerprint as OpenSSH prints it")
    .optional()
    .meta({ title: "Host key", description: "Fingerprint of the host key that a person said yes to." }),
  pinnedCertificate: z
    .string()
    .regex(/^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/, "is not a SHA-256 fingerprint")
    .optional()
    .meta({ title: "Certificate", description: "Fingerprint of the certificate that a person said yes to." }),
});

/** What a technician types to add a processor: one door or both, each whole. */
export const CrestronConfig = Shape.superRefine((typed, context) => {
  const needs = (path: keyof typeof typed): void =>
    context.addIssue({ code: "custom", path: [path], message: "is needed" });
  const { address, username, password, homeAddress, homeToken } = typed;
  if (address === undefined && homeAddress === undefined) needs("address");
  if (address !== undefined && username === undefined) needs("username");
  if (address !== undefined && password === undefined) needs("password");
  if (homeAddress !== undefined && homeToken === undefined) needs("homeToken");
  if (address === undefined && (username !== undefined || password !== undefined)) needs("address");
  if (homeAddress === undefined && homeToken !== undefined) needs("homeAddress");
});
export type CrestronConfig = z.infer<typeof CrestronConfig>;

/** What of it says where the doors are; it holds no secret, and is read from what is stored in the open. */
export const Whereabouts = Shape.pick({
  address: true,
  homeAddress: true,
  pinnedCertificate: true,
  acceptAnyCertificate: true,
}).loose();

const capabilities: Readonly<Partial<Record<CapabilityName, CapabilityDeclaration>>> = {
  "gateway.info": { scope: "reach", timeoutSeconds: 30 },
  "device.state": { scope: "view", timeoutSeconds: 30 },
  "entity.state": { scope: "view", timeoutSeconds: 30 },
  "room.state": { scope: "view", timeoutSeconds: 30 },
  "firmware.list": { scope: "view", timeoutSeconds: 60 },
  "log.errors": { scope: "view", timeoutSeconds: 40 },
  "log.changes": { scope: "view", timeoutSeconds: 40 },
  "clock.state": { scope: "view", timeoutSeconds: 30 },
  "program.state": { scope: "view", timeoutSeconds: 30 },
  "clock.sync": { scope: "fix", timeoutSeconds: 30 },
  "address.renew": {
    scope: "disruptive",
    timeoutSeconds: 70,
    felt: {
      en: "Screens and buttons may not answer for a minute.",
      nl: "Schermen en knoppen reageren misschien een minuut niet.",
      de: "Bildschirme und Tasten antworten vielleicht eine Minute lang nicht.",
      fr: "Les écrans et les boutons peuvent ne pas répondre pendant une minute.",
    },
  },
  "identify.start": {
    scope: "fix",
    timeoutSeconds: 30,
    undo: "identify.stop",
    felt: {
      en: "A light on that device blinks.",
      nl: "Een lampje op dat apparaat knippert.",
      de: "Ein Licht an diesem Gerät blinkt.",
      fr: "Un voyant de cet appareil clignote.",
    },
  },
  "identify.stop": { scope: "fix", timeoutSeconds: 30 },
  "panel.message": {
    scope: "fix",
    timeoutSeconds: 30,
    felt: {
      en: "A short message stands on the screens.",
      nl: "Er staat een kort bericht op de schermen.",
      de: "Auf den Bildschirmen steht eine kurze Nachricht.",
      fr: "Un court message s’affiche sur les écrans.",
    },
  },
  "log.clear": { scope: "fix", timeoutSeconds: 70 },
  "entity.refresh": { scope: "diagnose", timeoutSeconds: 30 },
  "room.off": {
    scope: "fix",
    timeoutSeconds: 30,
    felt: {
      en: "Picture and sound in that room go off.",
      nl: "Beeld en geluid in die kamer gaan uit.",
      de: "Bild und Ton in diesem Raum gehen aus.",
      fr: "L’image et le son de cette pièce s’éteignent.",
    },
  },
  "macro.run": {
    scope: "disruptive",
    timeoutSeconds: 30,
    felt: {
      en: "Lights, shades, climate, picture or sound change to what was set up for that scene.",
      nl: "Verlichting, zonwering, klimaat, beeld of geluid veranderen naar wat voor die scène is ingesteld.",
      de: "Licht, Beschattung, Klima, Bild oder Ton wechseln zu dem, was für diese Szene eingestellt ist.",
      fr: "L’éclairage, les stores, le chauffage, l’image ou le son passent à ce qui est prévu pour cette scène.",
    },
  },
  "program.restart": {
    scope: "disruptive",
    timeoutSeconds: 180,
    felt: {
      en: "The screens and buttons that this program serves do not answer for a minute or two. Lights and climate may do so as well.",
      nl: "De schermen en knoppen die bij dit programma horen, reageren een of twee minuten niet. Dat kan ook voor verlichting en klimaat gelden.",
      de: "Die Bildschirme und Tasten dieses Programms reagieren ein bis zwei Minuten nicht. Das kann auch für Licht und Klima gelten.",
      fr: "Les écrans et les boutons liés à ce programme ne répondent pas pendant une à deux minutes. L’éclairage et le chauffage peuvent aussi être concernés.",
    },
  },
  "gateway.restart": {
    scope: "disruptive",
    timeoutSeconds: 40,
    felt: {
      en: "Screens, buttons, lights and climate that this system serves do not answer for several minutes.",
      nl: "Schermen, knoppen, verlichting en klimaat van dit systeem reageren enkele minuten niet.",
      de: "Bildschirme, Tasten, Licht und Klima dieses Systems reagieren mehrere Minuten nicht.",
      fr: "Les écrans, les boutons, l’éclairage et le chauffage de ce système ne répondent pas pendant plusieurs minutes.",
    },
  },
};

export const manifest: ConnectorManifest = {
  id: "crestron",
  name: "Crestron processor",
  config: CrestronConfig,
  secrets: ["password", "homeToken"],
  capabilities,
};
