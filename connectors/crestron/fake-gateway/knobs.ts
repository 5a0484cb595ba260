/** Every way in which a processor's console, or the road to it, goes wrong. All off to begin with; turn one at any time. */
export interface Knobs {
  /** Commands end without an exit status, as on real ones. */
  hasNoExitStatus: boolean;
  /** Part of what a command says comes on the other stream. */
  splitsStreams: boolean;
  /** Lines of the running log stand between the lines of an answer. */
  interleavesLog: boolean;
  /** Refused logins until whoever asks is locked out; 0: never. */
  locksOutAfter: number;
  /** Only what very old firmware offers: SHA-1, group 1, CBC. */
  isOldFirmware: boolean;
  /** The IP table as `ipt` prints it where `-t` is not understood. */
  hasOldTable: boolean;
  /** Commands that this console refuses. */
  readonly blocked: Set<string>;
  /** Commands that this firmware does not know. */
  readonly unknown: Set<string>;
  /** What a command answers, whatever the processor is like. */
  readonly answers: Map<string, string>;
  /** Commands that are never answered. */
  readonly silent: Set<string>;
  /** How far its clock is off. */
  clockOffSeconds: number;
  /** Its clock is right once it was set by the network. */
  syncHelps: boolean;
  latencyMilliseconds: number;
  /** How long the port refuses after a reboot. */
  rebootDownMilliseconds: number;
  /** What was offline is online once its program was started anew. */
  restartHeals: boolean;
}

export function defaultKnobs(): Knobs {
  return {
    hasNoExitStatus: true,
    splitsStreams: false,
    interleavesLog: false,
    locksOutAfter: 0,
    isOldFirmware: false,
    hasOldTable: false,
    blocked: new Set(),
    unknown: new Set(),
    answers: new Map(),
    silent: new Set(),
    clockOffSeconds: 0,
    syncHelps: true,
    latencyMilliseconds: 0,
    rebootDownMilliseconds: 300,
    restartHeals: true,
  };
}
