import { linesOf } from "./answers.ts";

/** A device on the processor's own bus, as `reportcresnet` names it. */
export interface CresnetDevice {
  /** Two hexadecimal digits. */
  readonly id: string;
  readonly model: string;
  readonly version: string | null;
}

/** `65: C2N-SPWS300 Power Supply With Boost [v1.6.0, #00390667]`; version and serial may be missing or change places. */
const LINE = /^\s*([0-9A-F]{2})\s*:\s*([A-Z][\w .+/-]{1,80}?)\s*(?:\[([^\]]{0,100})\])?\s*$/i;

/** One for each id; lines in between that are something else are passed over. */
export function cresnetIn(text: string): CresnetDevice[] {
  const found = new Map<string, CresnetDevice>();
  for (const line of linesOf(text)) {
    const [, id = "", model = "", details = ""] = LINE.exec(line) ?? [];
    if (id === "") continue;
    const version = /(?:^|,)\s*v([\w.]{1,40})/i.exec(details)?.[1] ?? null;
    found.set(id.toUpperCase(), { id: id.toUpperCase(), model: model.trim(), version });
  }
  return [...found.values()];
}
