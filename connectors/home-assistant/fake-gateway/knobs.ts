/** Every way in which a Home Assistant, or the road to it, goes wrong. All off to begin with; turn one at any time. */
export interface Knobs {
  /** Answers 403 to everything, as after too many refused logins. */
  isBanned: boolean;
  /** Answers 400 to everything: a reverse proxy that Home Assistant was not told to trust. */
  isBehindUntrustedProxy: boolean;
  /** A web server, but not a Home Assistant. */
  isSomethingElse: boolean;
  /** Answers 307 to this address. */
  redirectTo: string | undefined;
  /** A proxy that accepts the WebSocket and drops it at once. */
  dropsAfterAccepting: boolean;
  /** A proxy that drops the WebSocket this long after the token was accepted. */
  dropsAfterLoginMilliseconds: number | undefined;
  /** Nothing is read and nothing answered any more, and no connection is closed: the line was cut somewhere. */
  isHalfOpen: boolean;
  /** Before the first word of the handshake. */
  greetingDelayMilliseconds: number;
  /** Before the answer to the token. */
  loginDelayMilliseconds: number;
  /** The token is taken and nothing comes back. */
  neverAnswersLogin: boolean;
  /** Seconds in which the token must come; 10 in Home Assistant. */
  loginSeconds: number;
  /** Commands that this Home Assistant does not know: their integration is not loaded. */
  readonly unknownCommands: Set<string>;
  /** Commands that are refused although the user is an administrator. */
  readonly refusedCommands: Set<string>;
  /** Commands that are never answered. */
  readonly silentCommands: Set<string>;
  /** Milliseconds by command. */
  readonly slowCommands: Map<string, number>;
  /** What a command answers, whatever the home is like. */
  readonly answers: Map<string, unknown>;
  /** Error codes by command. */
  readonly errors: Map<string, { code: string; message: string }>;
  /** Several messages in one frame, for clients that say they can. */
  coalesces: boolean;
  /** The call to restart is never answered, since the socket closes first: so it is with real ones. */
  restartNeverAnswers: boolean;
  /** How long the port refuses during a restart. */
  restartDownMilliseconds: number;
  /** How long it says STARTING after that. */
  restartStartingMilliseconds: number;
  /** Between the states of a reload. */
  reloadStepMilliseconds: number;
  /** Unit of Home Assistant's own retries of a failed setup; 5000 in Home Assistant. */
  retryMilliseconds: number;
  /** Refused logins until the address is banned; -1: never. */
  bansAfter: number;
  /** Unsent bytes to one client at which it is dropped as too slow. */
  maxUnsentBytes: number;
}

export function defaultKnobs(): Knobs {
  return {
    isBanned: false,
    isBehindUntrustedProxy: false,
    isSomethingElse: false,
    redirectTo: undefined,
    dropsAfterAccepting: false,
    dropsAfterLoginMilliseconds: undefined,
    isHalfOpen: false,
    greetingDelayMilliseconds: 0,
    loginDelayMilliseconds: 0,
    neverAnswersLogin: false,
    loginSeconds: 10,
    unknownCommands: new Set(),
    refusedCommands: new Set(),
    silentCommands: new Set(),
    slowCommands: new Map(),
    answers: new Map(),
    errors: new Map(),
    coalesces: true,
    restartNeverAnswers: true,
    restartDownMilliseconds: 300,
    restartStartingMilliseconds: 300,
    reloadStepMilliseconds: 5,
    retryMilliseconds: 5000,
    bansAfter: -1,
    maxUnsentBytes: 64 * 1024 * 1024,
  };
}

/** Frames that no Home Assistant sends. */
export const GARBAGE = [
  "invalid_json",
  "truncated",
  "binary",
  "invalid_utf8",
  "empty",
  "null",
  "number",
  "array_of_nulls",
  "deep",
  "huge",
  "wrong_types",
  "unknown_subscription",
  "unknown_result",
  "prototype_keys",
] as const;
export type GarbageKind = (typeof GARBAGE)[number];
