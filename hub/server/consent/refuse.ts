import type { NotYet, Verdict } from "./types.ts";

export type Refused = Exclude<Verdict, { permitted: true } | NotYet>;

export function refuse(code: Refused["code"], message: string): Refused {
  return { permitted: false, code, message };
}

export function drifted(drift: string): Refused {
  return {
    ...refuse("consent_missing", `This is not what the homeowner allowed: ${drift}. It has to be asked again.`),
    drift,
  };
}

export function notYet(from: Date, message: string): NotYet {
  return { permitted: false, code: "not_yet", message, from };
}
