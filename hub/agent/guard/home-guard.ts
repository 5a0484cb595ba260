import {
  type AgentPolicy,
  type AgentQuestion,
  type AgentSessionEvent,
  type AgentWay,
  type AgentWelcome,
  CAPABILITIES,
  type CapabilityName,
  type ConsentRequestId,
  type GatewayId,
  type GatewayTarget,
  type HubAlone,
  type StoppedBy,
} from "@caretaker/protocol";
import { canonicalJson } from "@caretaker/reach/canonical.ts";
import { Passkeys, type SignedYes } from "../passkeys/passkeys.ts";
import type { KeptQuestion } from "../store/home-state.ts";
import type { JournalEntry } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { Acts, type Outcome } from "./acts.ts";
import type { Guard, GuardChange, GuardedAct } from "./guard.ts";
import type { AtWork, GuardDeps } from "./guard-deps.ts";
import { Inventories } from "./inventories.ts";
import { checkGranted, checkSettles, isAtLeast, isHubEnough, recordOf } from "./judge-act.ts";
import { createTimeKeeper } from "./keep-time.ts";
import { Outgoing } from "./outgoing.ts";
import { isSamePlace, judgeTargets, placeWords } from "./places.ts";
import { answerable, shownQuestions, stopQuestions, withQuestion } from "./questions.ts";
import { refusal } from "./refusal.ts";

/** How long after a cut its gateway may still be reached, with everything else stopped, so that nothing stays dark. */
const SETTLE_WITHIN = 15 * 60_000;
const STOPPED = "Somebody of the home has stopped everything.";

/** The lock of one home, over what is kept of it. What people press on the page arrives here as well. */
export class HomeGuard implements Guard {
  readonly #deps: GuardDeps;
  readonly #acts: Acts;
  readonly #inventories = new Inventories();
  readonly #outgoing = new Map<GatewayId, Outgoing>();
  readonly #listeners = new Set<(change: GuardChange) => void>();
  readonly #pages = new Set<() => void>();
  #atWork: AtWork | null = null;
  readonly #known: { readonly store: Store; readonly acts: Acts; readonly inventories: Inventories };
  readonly #keepTime: () => void;
  readonly passkeys: Passkeys;
  /** Also where it could not be written. */
  #stopPressed: { readonly at: string; readonly by: StoppedBy } | null = null;
  #isSwitchOn: boolean | null = null;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    this.#acts = new Acts(deps.store);
    this.#known = { store: deps.store, acts: this.#acts, inventories: this.#inventories };
    this.#keepTime = createTimeKeeper(deps.store, deps.clock, (error) => this.#warn(error));
    this.#keepTime();
    this.passkeys = new Passkeys({
      store: deps.store,
      answerable: (requestId, digest) => this.#answerable(requestId, digest),
      allow: (requestId, digest, by) => this.answer(requestId, digest, "allow", "passkey", by),
      note: (entry) => this.#note(entry),
      changed: () => this.#tell({ kind: "passkeys" }),
    });
    this.#acts.tidyAtStart().catch((error: unknown) => this.#warn(error));
  }

  // ---- What the hub wants ----

  permitOpen(connector: string, targets: readonly GatewayTarget[]): void {
    const { store, rules } = this.#deps;
    this.#checkConfirmed();
    const { places } = store.home;
    if (this.#isStopped() && !this.#acts.gateways().some((one) => this.owesSettle(one)))
      throw refusal("not_allowed", STOPPED);
    const opened = judgeTargets(places, connector, targets, rules);
    if (opened.isAllowed) return;
    if (opened.places !== places && !this.#isStopped()) {
      store.change({ places: [...opened.places] });
      this.#tell({ kind: "policy" });
    }
    throw refusal("target_refused", opened.why);
  }

  permitRead(_gatewayId: GatewayId, capability: CapabilityName): void {
    this.#checkGoing();
    const { hubAlone } = this.#deps.store.home;
    if (capability === "gateway.info" || isAtLeast(hubAlone, "diagnose")) return;
    throw refusal("not_allowed", "This home lets nobody look closer without being asked.");
  }

  async permitAct(act: GuardedAct): Promise<void> {
    const { store } = this.#deps;
    const isSettle = act.purpose === "settle";
    if (isSettle) this.#checkConfirmed();
    else this.#checkGoing();
    if (CAPABILITIES[act.capability].kind !== "action")
      throw refusal("invalid_input", `${act.capability} is nothing that is done.`);
    if (!CAPABILITIES[act.capability].input.safeParse(act.input).success)
      throw refusal("invalid_input", `${act.capability} is not said as it has to be.`);
    this.#acts.checkFresh(act);
    const isAllowedHere = !isSettle && !isHubEnough(act, this.#known);
    if (isSettle) checkSettles(act, this.#known);
    else if (isAllowedHere) checkGranted(act, this.#known);
    const thing = this.#inventories.thingOf(act.gatewayId, act.capability, act.input, act.connector);
    await this.#acts.begin(recordOf(act, isAllowedHere));
    // Stop may have been pressed, and time has gone by, while the disk was slow.
    if (!isSettle) this.#checkGoing();
    this.#acts.checkTime(act.expiresAt);
    this.#note({
      kind: "act",
      at: store.time.moment(),
      id: act.attemptId,
      capability: act.capability,
      thing,
      purpose: act.purpose,
      isAllowedHere,
    });
    this.#tellPage();
  }

  acted(attemptId: string, outcome: Outcome): void {
    this.#acts.end(attemptId, outcome).catch((error: unknown) => this.#warn(error));
    this.#note({ kind: "ended", at: this.#deps.store.time.moment(), id: attemptId, outcome });
    this.#tellPage();
  }

  filter(gatewayId: GatewayId, event: AgentSessionEvent): AgentSessionEvent | null {
    if (event.type === "inventory") this.#inventories.put(gatewayId, event.inventory);
    if (event.type === "gateway") this.#inventories.name(gatewayId, event.name);
    let outgoing = this.#outgoing.get(gatewayId);
    if (outgoing === undefined) {
      outgoing = new Outgoing();
      this.#outgoing.set(gatewayId, outgoing);
    }
    const { hubAlone, confirmedAt } = this.#deps.store.home;
    const rules = { hubAlone, stoppedAt: this.#currentStop()?.at ?? null, isConfirmed: confirmedAt !== null };
    return outgoing.filter(event, rules, this.#inventories.privateOf(gatewayId));
  }

  forget(gatewayId: GatewayId): void {
    this.#inventories.forget(gatewayId);
    this.#outgoing.delete(gatewayId);
  }

  ask(question: AgentQuestion): void {
    this.#checkGoing();
    const { store, declarationOf } = this.#deps;
    const siteId = store.home.pairing?.siteId ?? "";
    const deps = { siteId, now: store.time.now(), inventories: this.#inventories, declarationOf };
    const questions = withQuestion(store.home.questions, question, deps);
    if (questions === store.home.questions) return;
    store.change({ questions: [...questions] });
    this.#tellPage();
  }

  over(requestId: ConsentRequestId): void {
    const { store } = this.#deps;
    const isKnown = store.home.questions.some((one) => one.question.requestId === requestId && !one.isOver);
    if (!isKnown) return;
    store.change({ questions: this.#questionsWith(requestId, { isOver: true }) });
    this.#tellPage();
  }

  atWork(technician: string | null, why: string): void {
    const since = this.#deps.store.time.moment();
    this.#atWork = technician === null ? null : { technician, why, since };
    this.#tellPage();
  }

  policy(): AgentPolicy {
    const { hubAlone, confirmedAt, places } = this.#deps.store.home;
    const { at: stoppedAt = null, by: stoppedBy = null } = this.#currentStop() ?? {};
    return { hubAlone, stoppedAt, stoppedBy, isConfirmed: confirmedAt !== null, places };
  }

  owesSettle(gatewayId: GatewayId): boolean {
    return this.#acts.owesSettle(gatewayId, SETTLE_WITHIN);
  }

  on(listener: (change: GuardChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // ---- The pairing ----

  /** The hub has proved that it knows the code. Nothing is permitted until somebody of the home confirms it. */
  paired(hub: string, hubKey: string, welcome: AgentWelcome): void {
    const { store } = this.#deps;
    if (store.home.pairing !== null) throw refusal("conflict", "This home is paired. End that connection first.");
    const { siteId, firm, home, language } = welcome;
    const pairedAt = store.time.moment();
    store.change({ pairing: { hub, hubKey, siteId, firm, home, language, pairedAt }, confirmedAt: null });
    this.#note({ kind: "paired", at: pairedAt });
    this.#tell({ kind: "policy" });
  }

  /** What the firm says of itself may change; which home it is may not. */
  welcomed({ siteId, firm, home, language }: AgentWelcome): void {
    const { store } = this.#deps;
    const { pairing } = store.home;
    if (pairing === null) return;
    if (pairing.siteId !== siteId)
      throw refusal("target_refused", "The hub calls this another home now. A home never becomes another.");
    if (canonicalJson([pairing.firm, pairing.home, pairing.language]) === canonicalJson([firm, home, language])) return;
    store.change({ pairing: { ...pairing, firm, home, language } });
    this.#tellPage();
  }

  // ---- What people of the home press ----

  confirm(hubAlone: HubAlone): void {
    const { store } = this.#deps;
    if (store.home.pairing === null)
      throw refusal("conflict", "There is nothing to confirm yet: pair this home first.");
    const at = store.time.moment();
    store.change({ confirmedAt: at, hubAlone });
    this.#note({ kind: "confirmed", at });
    this.#tell({ kind: "policy" });
    if (this.#isSwitchOn === false) this.stop("switch");
  }

  choose(hubAlone: HubAlone): void {
    this.#deps.store.change({ hubAlone });
    this.#note({ kind: "hub_alone", at: this.#deps.store.time.moment(), hubAlone });
    this.#tell({ kind: "policy" });
  }

  answerPlace(place: { readonly host: string; readonly port: number }, isAllowed: boolean): void {
    const { store } = this.#deps;
    const found = store.home.places.find((one) => isSamePlace(one, place));
    if (found === undefined) throw refusal("not_found", "Nobody asked for that place.");
    const allowed = isAllowed ? ("allowed" as const) : ("refused" as const);
    store.change({ places: store.home.places.map((one) => (one === found ? { ...one, allowed } : one)) });
    this.#note({ kind: "place", at: store.time.moment(), place: placeWords(found), isAllowed });
    this.#tell({ kind: "policy" });
  }

  /** `signed` is by which passkey, where it was one: what it changed of that is written in one with the answer. */
  answer(requestId: ConsentRequestId, digest: string, answer: "allow" | "no", way: AgentWay, signed?: SignedYes): void {
    const { store } = this.#deps;
    const { question } = this.#answerable(requestId, digest);
    const answeredAt = store.time.moment();
    const passkey = signed === undefined ? {} : { passkey: signed.passkey.code };
    const questions = this.#questionsWith(requestId, { answer, answeredAt, way, ...passkey });
    store.change({ questions, ...(signed === undefined ? {} : { passkeys: signed.passkeys }) });
    const by = signed === undefined ? {} : { passkey: signed.passkey.name };
    this.#note({ kind: "answered", at: answeredAt, technician: question.technician, answer, way, ...by });
    this.#keepTime();
    this.#tell({ kind: "answered", requestId, digest, answer, way, ...passkey });
    this.#tellPage();
  }

  /** Everything, at once: from this line on nothing is permitted, whatever the disk and the hub do. */
  stop(by: StoppedBy): void {
    const { store } = this.#deps;
    const before = this.#currentStop();
    // Who presses it while the switch is off means it for longer than until the switch is on.
    const isMore = before === null || (before.by === "switch" && by !== "switch");
    if (store.home.pairing === null || !isMore) return;
    const at = store.time.moment();
    const way = by === "agent_page" ? by : "home_assistant";
    const { questions, ended } = stopQuestions(store.home.questions, { now: store.time.now(), at, way });
    this.#stopPressed = { at, by };
    this.#note({ kind: "stopped", at, by });
    for (const { requestId, digest } of ended) this.#tell({ kind: "answered", requestId, digest, answer: "stop", way });
    try {
      store.change({ stoppedAt: at, stoppedBy: by, questions });
    } finally {
      this.#tell({ kind: "policy" });
    }
  }

  allowAgain(by: StoppedBy): void {
    const { store } = this.#deps;
    if (!this.#isStopped()) return;
    if (this.#isSwitchOn === false)
      throw refusal(
        "conflict",
        "The switch in Home Assistant is off. Whoever wants to allow again switches it on there.",
      );
    const questions = store.home.questions.map((one) => ({ ...one, isVoid: true }));
    store.change({ stoppedAt: null, stoppedBy: null, questions });
    this.#stopPressed = null;
    this.#note({ kind: "allowed_again", at: store.time.moment(), by });
    this.#tell({ kind: "policy" });
  }

  /**
   * How the household's switch in Home Assistant is; null while nobody knows, which changes nothing. On lifts only what the
   * switch itself had stopped: anything in a home may switch it, and Stop on the page is a person's.
   */
  switched(isOn: boolean | null): void {
    if (isOn === this.#isSwitchOn) return;
    this.#isSwitchOn = isOn;
    if (isOn === false) this.stop("switch");
    if (isOn === true && this.#currentStop()?.by === "switch") this.allowAgain("switch");
    this.#tellPage();
  }

  askForHelp(words: string): void {
    this.#checkConfirmed();
    this.#note({ kind: "help", at: this.#deps.store.time.moment() });
    this.#tell({ kind: "help", words });
    this.#tellPage();
  }

  /** Ends the connection: the hub's key is forgotten, and with it all that was allowed. */
  release(): void {
    const { store } = this.#deps;
    if (store.home.pairing === null) return;
    const nothing = {
      passkeys: [],
      pairing: null,
      confirmedAt: null,
      stoppedAt: null,
      stoppedBy: null,
      places: [],
      questions: [],
    };
    store.change({ ...nothing, hubAlone: "quiet", pin: null, tokenHash: null });
    this.#stopPressed = null;
    this.#atWork = null;
    this.passkeys.forget();
    this.#note({ kind: "released", at: store.time.moment() });
    this.#tell({ kind: "released" });
    this.#tell({ kind: "policy" });
  }

  // ---- What the page shows ----

  /** Called whenever something that the page shows may have changed. */
  onPage(listener: () => void): () => void {
    this.#pages.add(listener);
    return () => this.#pages.delete(listener);
  }

  get isSwitchOn(): boolean | null {
    return this.#isSwitchOn;
  }

  get working(): AtWork | null {
    return this.#atWork;
  }

  /** What waits for an answer, and what was said yes to and may still be used. */
  questions(): ReturnType<typeof shownQuestions> {
    return shownQuestions(this.#deps.store.home.questions, this.#deps.store.time.now());
  }

  // ---- The rules ----

  #checkConfirmed(): void {
    if (this.#deps.store.home.confirmedAt === null)
      throw refusal("not_allowed", "Nobody of the home has confirmed this connection on the agent's page yet.");
  }

  #checkGoing(): void {
    this.#checkConfirmed();
    if (this.#isStopped()) throw refusal("not_allowed", STOPPED);
  }

  #currentStop(): { readonly at: string; readonly by: StoppedBy } | null {
    const { stoppedAt, stoppedBy } = this.#deps.store.home;
    return this.#stopPressed ?? (stoppedAt === null ? null : { at: stoppedAt, by: stoppedBy ?? "agent_page" });
  }

  #answerable(requestId: ConsentRequestId, digest: string): KeptQuestion {
    this.#checkGoing();
    return answerable(this.#deps.store.home.questions, requestId, digest, this.#deps.store.time.now());
  }

  #isStopped(): boolean {
    return this.#currentStop() !== null;
  }

  #questionsWith(requestId: ConsentRequestId, changed: Partial<KeptQuestion>): KeptQuestion[] {
    return this.#deps.store.home.questions.map((one) =>
      one.question.requestId === requestId ? { ...one, ...changed } : one,
    );
  }

  #note(entry: JournalEntry): void {
    this.#deps.store.note(entry).catch((error: unknown) => this.#warn(error));
  }

  #warn(error: unknown): void {
    this.#deps.log.warn({ error }, "The agent cannot write what it keeps. Is the disk full?");
  }

  #tell(change: GuardChange): void {
    for (const listener of this.#listeners) listener(change);
    this.#tellPage();
  }

  #tellPage(): void {
    for (const listener of this.#pages) listener();
  }
}
