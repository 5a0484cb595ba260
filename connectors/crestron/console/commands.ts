import { sentenceOf } from "./sentences.ts";

/** The slots of a processor: 0 is Crestron Home's own, 1 to 10 are an installer's programs. */
export const SLOTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
export type Slot = (typeof SLOTS)[number];

/** Everything that this connector can type. There is no other way to the console, and no text of anybody's in it. */
export type Command =
  | { readonly is: keyof typeof PLAIN }
  | { readonly is: "comments" | "program uptime" | "restart program"; readonly slot: Slot }
  | { readonly is: "identify"; readonly address: Address4 }
  | { readonly is: "message"; readonly language: string; readonly sentence: string };

/** An address as its four numbers, so that nothing else can stand in it. */
export type Address4 = readonly [number, number, number, number];

/** Lines without anything in them that differs. */
export const PLAIN = {
  version: "ver",
  hostname: "hostname",
  uptime: "uptime",
  log: "err",
  memory: "ramfree",
  table: "ipt -t -p:all",
  cresnet: "reportcresnet",
  clock: "timedate",
  "sync clock": "sntp sync",
  "renew address": "ipconfig /renew",
  "stop identifying": "autodiscovery stoplight",
  "clear log": "clearerr",
  reboot: "reboot",
} as const;

/** One line, as it is typed. A program is never restarted without its slot: that would restart all of them. */
export function lineOf(command: Command): string {
  switch (command.is) {
    case "identify":
      return `autodiscovery lightbyip ${dotted(command.address)}`;
    case "message":
      return `message ${sentenceOf(command.language, command.sentence)}`;
    case "program uptime":
      return `proguptime:${number(command.slot)}`;
    case "comments":
      return `progcomments:${number(command.slot)}`;
    case "restart program":
      return `progreset -p:${number(command.slot)}`;
    default:
      return plain(command.is);
  }
}

function plain(name: keyof typeof PLAIN): string {
  const found = Object.entries(PLAIN).find(([one]) => one === name)?.[1];
  if (found === undefined) throw new RangeError("There is no such command");
  return found;
}

function dotted(address: Address4): string {
  if (!Array.isArray(address) || address.length !== 4) throw new RangeError("That is no address");
  return address.map(octet).join(".");
}

function octet(part: number): number {
  if (!Number.isInteger(part) || part < 0 || part > 255) throw new RangeError("That is no part of an address");
  return part;
}

/** The numbers of an IPv4 address as the IP table says it; undefined for a name and for whatever is no address of a device. */
export function address4Of(text: string | null): Address4 | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/
    .exec(text ?? "")
    ?.slice(1)
    .map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  const [first = 0] = parts;
  return first === 0 || first === 127 || first >= 224 ? undefined : (parts as unknown as Address4);
}

/** Looked up, not written out: whatever is given, what is typed is one of eleven numbers. */
function number(slot: Slot): number {
  const found = SLOTS.find((one) => one === slot);
  if (found === undefined) throw new RangeError("There is no such slot");
  return found;
}

/** The slot that a key of ours names, such as `program-3`. */
export function slotOf(key: unknown): Slot | undefined {
  return SLOTS.find((slot) => key === `program-${slot}`);
}
