import type { ActionName, HubAlone, Language } from "@caretaker/protocol";
import type { WhyNone } from "../passkeys/passkeys.ts";
import type { NamedThing } from "../store/home-state.ts";

/** How the household's switch in Home Assistant is, as far as the agent knows. */
export type SwitchWord = "on" | "off" | "missing" | "unclear" | "away" | "refused" | "nowhere";

/** Why something that was pressed did not happen. */
export type ProblemWord =
  | "pinWrong"
  | "pinRests"
  | "pinShort"
  | "pinDiffers"
  | "pinNeeded"
  | "stale"
  | "answered"
  | "tooLate"
  | "changed"
  | "notPaired"
  | "badAddress"
  | "wrongCode"
  | "hubAway"
  | "nameless"
  | "notNow"
  | "switchOff"
  | "disk"
  | "other";

/**
 * Everything that the agent says to the people of the home, in one language: plain sentences, no technical words. Names
 * are put in as they are; whoever shows a sentence escapes it.
 */
export interface AgentWords {
  readonly locale: string;
  /** The language by its own name. */
  readonly language: string;
  readonly languages: string;
  readonly title: string;
  /** What would be done, or was, by what it is done to. */
  readonly acts: Readonly<Record<ActionName, (thing: string) => string>>;
  readonly thing: (thing: NamedThing) => string;
  /** For a name that only the firm gave. */
  readonly firmsName: (thing: string) => string;
  readonly atMost: (times: number) => string;
  readonly state: {
    readonly connected: (firm: string) => string;
    readonly away: (firm: string, since: string) => string;
    readonly neverConnected: (firm: string) => string;
    readonly nobodyWorks: string;
    readonly works: (technician: string, firm: string, since: string) => string;
    readonly stopped: (since: string) => string;
    readonly stoppedBySwitch: (since: string) => string;
    readonly stoppedMeans: string;
  };
  readonly stop: { readonly button: string; readonly means: string; readonly done: string };
  readonly again: {
    readonly title: string;
    readonly means: string;
    readonly button: string;
    /** In the place of the button, while the switch in Home Assistant is off. */
    readonly bySwitch: string;
  };
  readonly pin: { readonly label: string; readonly hint: string; readonly choose: string; readonly repeat: string };
  readonly unlocked: string;
  readonly question: {
    readonly title: (technician: string) => string;
    readonly what: string;
    readonly notice: string;
    readonly noticeNothing: string;
    readonly private: string;
    readonly minutes: (minutes: number) => string;
    readonly putBack: string;
    readonly cannotPutBack: string;
    readonly firmSays: string;
    readonly answerBy: (moment: string) => string;
    readonly allow: string;
    readonly no: string;
    readonly allowed: (technician: string, moment: string) => string;
  };
  readonly places: {
    readonly title: string;
    readonly asks: (firm: string, place: string, make: string) => string;
    readonly means: string;
    readonly allow: string;
    readonly no: string;
    readonly allowed: string;
    readonly refused: string;
    readonly none: string;
    readonly forbid: string;
  };
  readonly alone: {
    readonly title: string;
    readonly intro: (firm: string) => string;
    readonly levels: Readonly<Record<HubAlone, { readonly name: string; readonly means: string }>>;
    readonly now: string;
    readonly save: string;
    readonly change: string;
  };
  readonly journal: {
    readonly title: string;
    readonly nothing: string;
    readonly byHub: string;
    readonly byHome: string;
    readonly outcomes: Readonly<Record<"done" | "failed" | "uncertain", string>>;
    readonly undo: (sentence: string) => string;
    readonly settle: (sentence: string) => string;
    readonly answeredAllow: (technician: string) => string;
    readonly answeredNo: (technician: string) => string;
    readonly inHomeAssistant: string;
    readonly withPasskey: (name: string) => string;
    readonly passkeyAdded: (name: string) => string;
    readonly passkeyRemoved: (name: string) => string;
    readonly placeAllowed: (place: string) => string;
    readonly placeRefused: (place: string) => string;
    readonly chosen: (level: string) => string;
    readonly paired: string;
    readonly confirmed: string;
    readonly stopped: string;
    readonly stoppedBySwitch: string;
    readonly allowed_again: string;
    readonly allowedBySwitch: string;
    readonly released: string;
    readonly help: string;
    readonly pin_rests: string;
    readonly token_made: string;
  };
  readonly connection: {
    readonly title: string;
    readonly firm: string;
    readonly phone: string;
    readonly fingerprint: string;
    readonly hub: string;
    readonly since: string;
    readonly end: string;
    readonly endTitle: string;
    readonly endMeans: string;
  };
  /** Phones and keys that say yes with a passkey. */
  readonly passkeys: {
    readonly title: string;
    readonly means: string;
    readonly none: string;
    readonly added: (moment: string) => string;
    readonly used: (moment: string) => string;
    readonly neverUsed: string;
    readonly remove: string;
    readonly add: string;
    readonly name: string;
    readonly nameHint: string;
    readonly make: string;
    readonly open: (name: string) => string;
    readonly scan: (moment: string) => string;
    readonly picture: string;
    readonly cancel: string;
    readonly made: (name: string) => string;
    readonly compare: string;
    readonly confirm: string;
    readonly not: string;
    /** Why none can be made now. */
    readonly why: Readonly<Record<WhyNone, string>>;
  };
  readonly homeAssistant: {
    readonly title: string;
    readonly means: string;
    readonly make: string;
    readonly again: string;
    readonly shown: string;
    readonly switch: {
      readonly title: string;
      readonly means: (name: string) => string;
      readonly states: Readonly<Record<SwitchWord, string>>;
    };
  };
  readonly pairing: {
    readonly title: string;
    readonly intro: string;
    readonly hub: string;
    readonly hubHint: string;
    readonly code: string;
    readonly codeHint: string;
    readonly pair: string;
  };
  readonly confirm: {
    readonly title: (firm: string) => string;
    readonly compare: string;
    readonly pinTitle: string;
    readonly pinMeans: string;
    readonly confirm: string;
    readonly not: string;
  };
  readonly problemTitle: string;
  readonly problems: Readonly<Record<ProblemWord, string>>;
}

export type WordsByLanguage = Readonly<Record<Language, AgentWords>>;
