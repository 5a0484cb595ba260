import type { CapabilityDeclaration, CapabilityName, ConnectorManifest } from "@caretaker/protocol";
import { z } from "zod";
import { ACCOUNT_SERVICE, isMakersOwn, parseAccountService, parseController } from "./address.ts";

const FINGERPRINT = /^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/;

const Shape = z.strictObject({
  address: z
    .string()
    .trim()
    .max(300)
    .refine((address) => parseController(address) !== undefined, "is not an address, such as 192.168.1.20")
    .meta({ title: "Address of the controller", examples: ["192.168.1.20"] }),
  userName: z.string().trim().min(3).max(200).meta({
    title: "Email of the account",
    description: "Of the Control4 account that the controller is registered under.",
  }),
  password: z.string().min(1).max(300).meta({ title: "Password of the account" }),
  applicationKey: z
    .string()
    .trim()
    .regex(/^[0-9a-f]{40}$/i, "is not a key of forty hexadecimal characters")
    .meta({
      title: "Application key",
      description: "Forty characters by which Control4's account service knows the program that asks.",
    }),
  controller: z.string().trim().max(200).optional().meta({
    title: "Controller",
    description: "Only where the account has several: its name, as the check of the connection lists them.",
  }),
  accountService: z
    .string()
    .trim()
    .max(300)
    .refine(
      (address) => parseAccountService(address) !== undefined,
      "is not an address that begins with https://, such as https://example.com",
    )
    .default(ACCOUNT_SERVICE)
    .meta({ title: "Account service" }),
  pinnedCertificate: z
    .string()
    .regex(FINGERPRINT, "is not a SHA-256 fingerprint")
    .optional()
    .meta({ title: "Certificate", description: "Fingerprint of the certificate that a person said yes to." }),
  pinnedAccountCertificate: z.string().regex(FINGERPRINT, "is not a SHA-256 fingerprint").optional().meta({
    title: "Certificate of the account service",
    description: "Only where the account service is not the maker's own: the one that a person said yes to.",
  }),
});

/** What a technician types to add a Control4 home. */
export const Control4Config = Shape.superRefine(({ accountService, pinnedAccountCertificate }, context) => {
  const service = parseAccountService(accountService);
  if (pinnedAccountCertificate === undefined || service === undefined || !isMakersOwn(service)) return;
  const message = "is not for the maker's own account service, whose certificate is vouched for in the ordinary way";
  context.addIssue({ code: "custom", path: ["pinnedAccountCertificate"], message });
});
export type Control4Config = z.infer<typeof Control4Config>;

/** What of it says where its two places are; it holds no secret, and is read from what is stored in the open. */
export const Whereabouts = Shape.pick({
  address: true,
  accountService: true,
  pinnedCertificate: true,
  pinnedAccountCertificate: true,
}).loose();

function read(scope: CapabilityDeclaration["scope"], timeoutSeconds = 30): CapabilityDeclaration {
  return { scope, timeoutSeconds };
}

/** Locks, security and emergency are not here, and no capability reaches them: see `acts.ts`. */
const capabilities: Readonly<Partial<Record<CapabilityName, CapabilityDeclaration>>> = {
  "gateway.info": read("reach"),
  "device.state": read("view"),
  "device.link": read("view"),
  "entity.state": read("view"),
  "room.state": read("view"),
  "firmware.list": read("view"),
  "entity.refresh": { scope: "diagnose", timeoutSeconds: 30 },
  "entity.exercise": {
    scope: "fix",
    timeoutSeconds: 90,
    felt: {
      en: "It moves a little or changes its light, and goes back within a minute.",
      nl: "Het beweegt een klein stukje of verandert van licht, en gaat binnen een minuut terug.",
      de: "Es bewegt sich ein wenig oder ändert sein Licht und geht innerhalb einer Minute zurück.",
      fr: "Il bouge un peu ou change de lumière, et revient comme avant en moins d'une minute.",
    },
  },
  "room.off": {
    scope: "fix",
    timeoutSeconds: 45,
    felt: {
      en: "Picture and sound in that room go off.",
      nl: "Beeld en geluid in die kamer gaan uit.",
      de: "Bild und Ton in diesem Raum gehen aus.",
      fr: "L'image et le son s'éteignent dans cette pièce.",
    },
  },
  "room.select": {
    scope: "fix",
    timeoutSeconds: 45,
    felt: {
      en: "Picture or sound in that room come on.",
      nl: "Beeld of geluid in die kamer gaat aan.",
      de: "Bild oder Ton in diesem Raum gehen an.",
      fr: "L'image ou le son s'allume dans cette pièce.",
    },
  },
  "macro.run": {
    scope: "disruptive",
    timeoutSeconds: 45,
    felt: {
      en: "What your installer programmed for this is carried out. Some devices may be away for some minutes.",
      nl: "Wat uw installateur hiervoor heeft geprogrammeerd, wordt uitgevoerd. Sommige apparaten kunnen enkele minuten weg zijn.",
      de: "Was Ihr Installateur dafür programmiert hat, wird ausgeführt. Einige Geräte können einige Minuten weg sein.",
      fr: "Ce que votre installateur a programmé pour cela est exécuté. Certains appareils peuvent être absents quelques minutes.",
    },
  },
};

export const manifest: ConnectorManifest = {
  id: "control4",
  name: "Control4",
  config: Control4Config,
  secrets: ["password", "applicationKey"],
  capabilities,
};
