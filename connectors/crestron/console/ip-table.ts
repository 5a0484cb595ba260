import { linesOf } from "./answers.ts";
import { SLOTS, type Slot } from "./commands.ts";

/** One line of an IP table: a device that a program is to reach, or that reaches it. */
export interface Entry {
  /** Of the program whose table it is in. */
  readonly slot: Slot;
  readonly ipId: string;
  readonly address: string | null;
  readonly model: string | null;
  readonly description: string | null;
  /** As the console says it. */
  readonly status: string;
}

/** Both styles: columns cut by `|` under a heading, and the older one by blanks. What is no entry is passed over. */
export function ipTableIn(text: string): Entry[] {
  const entries: Entry[] = [];
  let slot: Slot = 1;
  let columns: string[] | undefined;
  for (const line of linesOf(text)) {
    const heading = /IP Table for program\s+(\d+)/i.exec(line);
    if (heading !== null) {
      slot = SLOTS.find((one) => one === Number(heading[1])) ?? slot;
      columns = undefined;
    } else if (/^\s*CIP_ID\s*\|/i.test(line)) columns = line.split("|").map((name) => name.trim().toLowerCase());
    else {
      const entry = columns === undefined ? readOld(line) : readCut(line, columns);
      if (entry !== undefined && entries.length < 1000) entries.push({ slot, ...entry });
    }
  }
  return entries;
}

type Read = Omit<Entry, "slot">;

function readCut(line: string, columns: readonly string[]): Read | undefined {
  const cells = line.split("|").map((cell) => cell.trim());
  const cell = (...names: readonly string[]): string | null => {
    const at = columns.findIndex((column) => names.some((name) => column.startsWith(name)));
    return at === -1 ? null : cells[at]?.slice(0, 200) || null;
  };
  const ipId = ipIdOf(cell("cip_id"));
  const status = cell("status");
  if (ipId === undefined || status === null || cells.length < 4) return undefined;
  const address = cell("ip address");
  return {
    ipId,
    status,
    address: address === null ? null : withoutZeros(address),
    model: cell("model"),
    description: cell("description"),
  };
}

/** `    51  GWAY    OFFLINE        4  41794  192.168.001.040          Not Specified`; the fourth column may be empty. */
const OLD = /^\s*([0-9A-F]{1,2})\s+(\w+)\s+([A-Z]+)\s+(?:[0-9A-F]{1,4}\s+)?(\d{1,5})\s+(\S+)/i;

function readOld(line: string): Read | undefined {
  const match = OLD.exec(line);
  const ipId = ipIdOf(match?.[1] ?? null);
  if (match === null || ipId === undefined) return undefined;
  return {
    ipId,
    status: match[3] ?? "",
    address: withoutZeros((match[5] ?? "").slice(0, 200)),
    model: null,
    description: null,
  };
}

function ipIdOf(text: string | null): string | undefined {
  return text !== null && /^[0-9a-f]{1,2}$/i.test(text) ? text.toUpperCase().padStart(2, "0") : undefined;
}

/** Every part of an address is padded with zeros there: `192.168.001.031`. */
export function withoutZeros(address: string): string {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(address) ? address.split(".").map(Number).join(".") : address;
}
