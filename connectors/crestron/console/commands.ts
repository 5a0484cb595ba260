/** The slots of a processor: 0 is Crestron Home's own, 1 to 10 are an installer's programs. */
export const SLOTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
export type Slot = (typeof SLOTS)[number];

/** Everything that this connector can type. There is no other way to the console, and no text of anybody's in it. */
export type Command =
  | { readonly is: "version" | "hostname" | "uptime" | "log" | "memory" | "table" | "reboot" }
  | { readonly is: "comments" | "restart program"; readonly slot: Slot };

/** One line, as it is typed. A program is never restarted without its slot: that would restart all of them. */
export function lineOf(command: Command): string {
  switch (command.is) {
    case "version":
      return "ver";
    case "hostname":
      return "hostname";
    case "uptime":
      return "uptime";
    case "log":
      return "err";
    case "memory":
      return "ramfree";
    case "table":
      return "ipt -t -p:all";
    case "reboot":
      return "reboot";
    case "comments":
      return `progcomments:${number(command.slot)}`;
    case "restart program":
      return `progreset -p:${number(command.slot)}`;
    default:
      return command satisfies never;
  }
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
