import { z } from "zod";

/**
 * What a gateway can say to the people of its home: on their phones, and on its own screens. These are no capabilities:
 * nothing that a runbook can name leads here, and nothing here changes the home. Only the hub's own questions are said.
 */
export const MESSAGES = {
  /** The phones that can be asked, and the people they may belong to. */
  "phone.list": {
    input: z.strictObject({}),
    output: z.object({
      phones: z.array(
        z.object({
          /** The make's own name for it, such as `mobile_app_lee_phone`. */
          phone: z.string().min(1).max(200),
          name: z.string().max(200),
          /** Whose it seems to be; null where the gateway cannot say. */
          userId: z.string().nullable(),
        }),
      ),
      users: z.array(
        z.object({
          userId: z.string().min(1).max(100),
          name: z.string().max(200),
          /** The hub itself signs in as this one: whoever holds its credentials could answer as them. */
          isHub: z.boolean(),
        }),
      ),
    }),
  },
  /** A question with buttons. One with the same tag takes its place. */
  "phone.ask": {
    input: z.strictObject({
      phone: z.string().min(1).max(200),
      tag: z.string().min(1).max(100),
      title: z.string().max(200),
      text: z.string().max(2000),
      buttons: z.array(z.strictObject({ action: z.string().max(200), title: z.string().max(60) })).max(3),
    }),
    output: z.object({}),
  },
  "phone.clear": {
    input: z.strictObject({ phone: z.string().min(1).max(200), tag: z.string().min(1).max(100) }),
    output: z.object({}),
  },
  /** A note on the home's own screens, for everybody there. */
  "notice.show": {
    input: z.strictObject({
      notice: z.string().min(1).max(100),
      title: z.string().max(200),
      text: z.string().max(2000),
    }),
    output: z.object({}),
  },
  "notice.clear": { input: z.strictObject({ notice: z.string().min(1).max(100) }), output: z.object({}) },
} as const;

export type MessageName = keyof typeof MESSAGES;
export type MessageInput<N extends MessageName> = z.infer<(typeof MESSAGES)[N]["input"]>;
export type MessageOutput<N extends MessageName> = z.infer<(typeof MESSAGES)[N]["output"]>;

/** How the buttons of our questions begin: what else is tapped in a home is nobody's business here. */
export const TAP_PREFIX = "CARETAKER.";

/** A phone that a gateway can ask, and the people of that gateway: what a technician chooses from. */
export const HomePhones = MESSAGES["phone.list"].output;
export type HomePhones = z.infer<typeof HomePhones>;
