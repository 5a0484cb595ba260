/** Every way in which Crestron Home, or the road to it, goes wrong. All off to begin with; turn one at any time. */
export interface HomeKnobs {
  /** A key ends after so long without use. */
  keyMilliseconds: number;
  /** What an ended or wrong key is answered with. */
  expiredStatus: 401 | 511;
  /** What everything is answered with while Crestron Home is still starting; 0: it has started. */
  bootStatus: 0 | 500 | 503;
  /** How the reply to a login spells its key: as the reference prints it, or as live systems do. */
  keySpelling: "authkey" | "AuthKey";
  /** What comes of a command. */
  commands: "success" | "partial" | "failure";
  /** The HTTP status of a command that failed; the reference names none. */
  failedStatus: number;
  /** A command is answered, and nothing comes of it. */
  commandsDoNothing: boolean;
  /** Thermostats as the reference prints them, and not as live systems do. */
  hasReferenceThermostats: boolean;
  /** Paths that this version does not have: answered with 200 and something about itself. */
  readonly lacks: Set<string>;
  /** What a path answers, whatever the house is like. */
  readonly answers: Map<string, { readonly status: number; readonly body: string | Buffer }>;
  /** Paths that are never answered. */
  readonly silent: Set<string>;
  /** Keys are given and forgotten at once. */
  forgetsKeys: boolean;
  latencyMilliseconds: number;
  restartMilliseconds: number;
  /** How long it answers 503 once it listens again. */
  bootMilliseconds: number;
}

export function defaultHomeKnobs(): HomeKnobs {
  return {
    keyMilliseconds: 10 * 60_000,
    expiredStatus: 401,
    bootStatus: 0,
    keySpelling: "authkey",
    commands: "success",
    failedStatus: 200,
    commandsDoNothing: false,
    hasReferenceThermostats: false,
    lacks: new Set(),
    answers: new Map(),
    silent: new Set(),
    forgetsKeys: false,
    latencyMilliseconds: 0,
    restartMilliseconds: 100,
    bootMilliseconds: 0,
  };
}
