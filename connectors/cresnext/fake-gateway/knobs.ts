/** Every way in which a panel, or the road to it, goes wrong. All off to begin with; turn one at any time. */
export interface Knobs {
  /** As it comes out of its box: no user yet, and the page that makes one is open to everybody. */
  isFactoryNew: boolean;
  /** A web server, but not a panel. */
  isSomethingElse: boolean;
  /** Answers this to everything, as while it starts. */
  bootStatus: number | undefined;
  /** Nothing is read and nothing answered any more, and no connection is closed. */
  isHalfOpen: boolean;
  /** Before each answer. */
  latencyMilliseconds: number;
  /** Older firmware: a login sets no token, and a change needs none. */
  hasNoToken: boolean;
  /** How many of the five cookies a login sets. */
  loginCookies: number;
  /** What a refused login is answered: 200 on some firmware, and only the cookies are missing. */
  refusedStatus: number;
  /** The password is compared as it was sent, without decoding it. */
  comparesUndecoded: boolean;
  /** Refused logins until whoever asks is locked out; 0: never. */
  locksOutAfter: number;
  /** How a request without a session is answered. */
  whenNotLoggedIn: "redirect" | "unauthorized" | "page";
  /** Every login is forgotten at once. */
  forgetsLogins: boolean;
  /** The WebSocket is refused with this status, as by firmware that has none. */
  socketStatus: number | undefined;
  /** Messages are cut into frames of this many characters. */
  frameCharacters: number | undefined;
  /** Two messages are put into one frame. */
  joinsMessages: boolean;
  /** `Ethernet` and `IpTable` with a list, in place of the newer names. */
  hasOldNames: boolean;
  /** The IP table does not say how its entries are. */
  saysNoStatus: boolean;
  /** What a change is answered: the `StatusId` of its result. */
  changeStatusId: number;
  /** The HTTP status of a change. */
  changeStatus: number;
  /** The answer to a restart is cut off by the restart. */
  cutsRestartAnswer: boolean;
  /** How long the port refuses during a restart. */
  restartDownMilliseconds: number;
  /** How long it answers 503 after that. */
  restartBootMilliseconds: number;
  /** Links that were down are up after a restart. */
  restartHeals: boolean;
}

export function defaultKnobs(): Knobs {
  return {
    isFactoryNew: false,
    isSomethingElse: false,
    bootStatus: undefined,
    isHalfOpen: false,
    latencyMilliseconds: 0,
    hasNoToken: false,
    loginCookies: 5,
    refusedStatus: 200,
    comparesUndecoded: false,
    locksOutAfter: 0,
    whenNotLoggedIn: "redirect",
    forgetsLogins: false,
    socketStatus: undefined,
    frameCharacters: undefined,
    joinsMessages: false,
    hasOldNames: false,
    saysNoStatus: false,
    changeStatusId: 0,
    changeStatus: 200,
    cutsRestartAnswer: false,
    restartDownMilliseconds: 300,
    restartBootMilliseconds: 300,
    restartHeals: true,
  };
}
