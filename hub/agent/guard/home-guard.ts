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
import type { Store } from "../store/store.ts";
import { Acts, type Outcome } from "./acts.ts";
import type { Guard, GuardChange, GuardedAct } from "./guard.ts";
import type { AtWork, GuardDeps } from "./guard-deps.ts";
import { Inventories } from "./inventories.ts";
import { checkGranted, checkSettles, isAtLeast, isHubEnough, recordOf } from "./judge-act.ts";
import { createTimeKeeper } from "./keep-time.ts";
import { Outgoing } from "./outgoing.ts";
import { isSamePlace, judgeTargets, placeWords } from "./places.ts";
import { answerable, shownQuestions, withQuestion } from "./questions.ts";
import { refusal } from "./refusal.ts";
import { Stop } from "./stop.ts";
import { Told } from "./told.ts";

/** How long after a cut its gateway may still be reached, with everything else stopped, so that nothing stays dark. */
const SETTLE_WITHIN = 15 * 60_000;
const STOPPED = "Somebody of the home has stopped everything.";

/** The lock of one home, over what is kept of it. What people press on the page arrives here as well. */
export class HomeGuard implements Guard {
  readonly #deps: GuardDeps;
  readonly #told: Told;
  readonly #stop: Stop;
  readonly #acts: Acts;
  readonly #inventories = new Inventories();
  readonly #outgoing = new Map<GatewayId, Outgoing>();
  #atWork: AtWork | null = null;
  readonly #known: { readonly store: Store; readonly acts: Acts; readonly inventories: Inventories };
  readonly #keepTime: () => void;
  readonly passkeys: Passkeys;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    this.#told = new Told(deps.store, deps.log);
    this.#stop = new Stop(deps.store, this.#told);
    this.#acts = new Acts(deps.store);
    this.#known = { store: deps.store, acts: this.#acts, inventories: this.#inventories };
    this.#keepTime = createTimeKeeper(deps.store, deps.clock, (error) => this.#told.warn(error));
    this.#keepTime();
    this.passkeys = new Passkeys({
      store: deps.store,
      answerable: (requestId, digest) => this.#answerable(requestId, digest),
      allow: (requestId, digest, by) => this.answer(requestId, digest, "allow", "passkey", by),
      note: (entry) => this.#told.note(entry),
      changed: () => this.#told.tell({ kind: "passkeys" }),
    });
    this.#acts.tidyAtStart().catch((error: unknown) => this.#told.warn(error));
  }

  // ---- What the hub wants ----

  permitOpen(connector: string, targets: readonly GatewayTarget[]): void {
    const { store, rules } = this.#deps;
    this.#checkConfirmed();
    const { places } = store.home;
    if (this.#stop.now !== null && !this.#acts.gateways().some((one) => this.owesSettle(one)))
      throw refusal("not_allowed", STOPPED);
    const opened = judgeTargets(places, connector, targets, rules);
    if (opened.isAllowed) return;
    if (opened.places !== places && this.#stop.now === null) {
      store.change({ places: [...opened.places] });
      this.#told.tell({ kind: "policy" });
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
    this.#told.note({
      kind: "act",
      at: store.time.moment(),
      id: act.attemptId,
      capability: act.capability,
      thing,
      purpose: act.purpose,
      isAllowedHere,
    });
    this.#told.tellPage();
  }

  acted(attemptId: string, outcome: Outcome): void {
    this.#acts.end(attemptId, outcome).catch((error: unknown) => this.#told.warn(error));
    this.#told.note({ kind: "ended", at: this.#deps.store.time.moment(), id: attemptId, outcome });
    this.#told.tellPage();
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
    const rules = { hubAlone, stoppedAt: this.#stop.now?.at ?? null, isConfirmed: confirmedAt !== null };
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
    this.#told.tellPage();
  }

  over(requestId: ConsentRequestId): void {
    const { store } = this.#deps;
    const isKnown = store.home.questions.some((one) => one.question.requestId === requestId && !one.isOver);
    if (!isKnown) return;
    store.change({ questions: this.#questionsWith(requestId, { isOver: true }) });
    this.#told.tellPage();
  }

  atWork(technician: string | null, why: string): void {
    const since = this.#deps.store.time.moment();
    this.#atWork = technician === null ? null : { technician, why, since };
    this.#told.tellPage();
  }

  policy(): AgentPolicy {
    const { hubAlone, confirmedAt, places } = this.#deps.store.home;
    const { at: stoppedAt = null, by: stoppedBy = null } = this.#stop.now ?? {};
    return { hubAlone, stoppedAt, stoppedBy, isConfirmed: confirmedAt !== null, places };
  }

  owesSettle(gatewayId: GatewayId): boolean {
    return this.#acts.owesSettle(gatewayId, SETTLE_WITHIN);
  }

  on(listener: (change: GuardChange) => void): () => void {
    return this.#told.on(listener);
  }

  // ---- The pairing ----

  /** The hub has proved that it knows the code. Nothing is permitted until somebody of the home confirms it. */
  paired(hub: string, hubKey: string, welcome: AgentWelcome): void {
    const { store } = this.#deps;
    if (store.home.pairing !== null) throw refusal("conflict", "This home is paired. End that connection first.");
    const { siteId, firm, home, language } = welcome;
    const pairedAt = store.time.moment();
    store.change({ pairing: { hub, hubKey, siteId, firm, home, language, pairedAt }, confirmedAt: null });
    this.#told.note({ kind: "paired", at: pairedAt });
    this.#told.tell({ kind: "policy" });
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
    this.#told.tellPage();
  }

  // ---- What people of the home press ----

  confirm(hubAlone: HubAlone): void {
    const { store } = this.#deps;
    if (store.home.pairing === null)
      throw refusal("conflict", "There is nothing to confirm yet: pair this home first.");
    const at = store.time.moment();
    store.change({ confirmedAt: at, hubAlone });
    this.#told.note({ kind: "confirmed", at });
    this.#told.tell({ kind: "policy" });
    if (this.#stop.isSwitchOn === false) this.stop("switch");
  }

  choose(hubAlone: HubAlone): void {
    this.#deps.store.change({ hubAlone });
    this.#told.note({ kind: "hub_alone", at: this.#deps.store.time.moment(), hubAlone });
    this.#told.tell({ kind: "policy" });
  }

  answerPlace(place: { readonly host: string; readonly port: number }, isAllowed: boolean): void {
    const { store } = this.#deps;
    const found = store.home.places.find((one) => isSamePlace(one, place));
    if (found === undefined) throw refusal("not_found", "Nobody asked for that place.");
    const allowed = isAllowed ? ("allowed" as const) : ("refused" as const);
    store.change({ places: store.home.places.map((one) => (one === found ? { ...one, allowed } : one)) });
    this.#told.note({ kind: "place", at: store.time.moment(), place: placeWords(found), isAllowed });
    this.#told.tell({ kind: "policy" });
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
    this.#told.note({ kind: "answered", at: answeredAt, technician: question.technician, answer, way, ...by });
    this.#keepTime();
    this.#told.tell({ kind: "answered", requestId, digest, answer, way, ...passkey });
    this.#told.tellPage();
  }

  stop(by: StoppedBy): void {
    this.#stop.press(by);
  }

  allowAgain(by: StoppedBy): void {
    this.#stop.allowAgain(by);
  }

  switched(isOn: boolean | null): void {
    this.#stop.switched(isOn);
  }

  askForHelp(words: string): void {
    this.#checkConfirmed();
    this.#told.note({ kind: "help", at: this.#deps.store.time.moment() });
    this.#told.tell({ kind: "help", words });
    this.#told.tellPage();
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
    this.#stop.forget();
    this.#atWork = null;
    this.passkeys.forget();
    this.#told.note({ kind: "released", at: store.time.moment() });
    this.#told.tell({ kind: "released" });
    this.#told.tell({ kind: "policy" });
  }

  // ---- What the page shows ----

  /** Called whenever something that the page shows may have changed. */
  onPage(listener: () => void): () => void {
    return this.#told.onPage(listener);
  }

  get isSwitchOn(): boolean | null {
    return this.#stop.isSwitchOn;
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
    if (this.#stop.now !== null) throw refusal("not_allowed", STOPPED);
  }

  #answerable(requestId: ConsentRequestId, digest: string): KeptQuestion {
    this.#checkGoing();
    return answerable(this.#deps.store.home.questions, requestId, digest, this.#deps.store.time.now());
  }

  #questionsWith(requestId: ConsentRequestId, changed: Partial<KeptQuestion>): KeptQuestion[] {
    return this.#deps.store.home.questions.map((one) =>
      one.question.requestId === requestId ? { ...one, ...changed } : one,
    );
  }
}
