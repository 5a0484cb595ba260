/** Every way in which a Control4 home, its account or the road to it goes wrong. All off to begin with. */
export interface Knobs {
  /** As the Director's and the account's tokens say in `exp`. */
  tokenLifetimeSeconds: number;
  /** OS 4.2: the account gives a token and the controller refuses it, however fresh. */
  rejectsFreshTokens: boolean;
  /** Takes a request and never answers. */
  hangs: boolean;
  /** Behind its front the Director is not there yet: 502. */
  isRestarting: boolean;
  /** Added to the time that the controller says in its `Date` header. */
  clockOffSeconds: number;
  /** The account service answers its errors in XML. */
  accountSpeaksXml: boolean;
  /** The account service answers 503. */
  isAccountDown: boolean;
  /** The account has no controller. */
  hasNoController: boolean;
  /** The account lists its controllers as an array, the second being somebody's holiday home. */
  hasTwoControllers: boolean;
  /** Each push is sent twice. */
  sendsTwice: boolean;
  /** Pushes come as an array of events. */
  sendsArrays: boolean;
  /** A `status` frame before each push. */
  sendsStatus: boolean;
  /** No push is sent any more, and nothing is closed. */
  isStalled: boolean;
  /** Once a token is past its end nothing is pushed to who came with it, and nothing is closed. */
  stopsAfterExpiry: boolean;
  /** How long a macro that restarts a device keeps it away. */
  restartMilliseconds: number;
  /** Between a command and the state that it leads to. */
  settleMilliseconds: number;
}

export function defaultKnobs(): Knobs {
  return {
    tokenLifetimeSeconds: 86_400,
    rejectsFreshTokens: false,
    hangs: false,
    isRestarting: false,
    clockOffSeconds: 0,
    accountSpeaksXml: false,
    isAccountDown: false,
    hasNoController: false,
    hasTwoControllers: false,
    sendsTwice: false,
    sendsArrays: false,
    sendsStatus: false,
    isStalled: false,
    stopsAfterExpiry: true,
    restartMilliseconds: 400,
    settleMilliseconds: 20,
  };
}
