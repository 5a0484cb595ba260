import {
  CaretakerError,
  ChecklistFailure,
  type ChecklistLine,
  type ConnectorContext,
  checkCertificate,
  checkName,
  checkPort,
  type Found,
  type Secret,
  walkChecklist,
} from "@caretaker/protocol";
import { isMakersOwn } from "./address.ts";
import { Director } from "./client/director.ts";
import { parseJson } from "./client/fault.ts";
import { TokenKeeper } from "./client/tokens.ts";
import { readHome } from "./home/fetch.ts";
import { LiveHome } from "./home/home.ts";
import type { Control4Config } from "./manifest.ts";
import type { ControllerRow } from "./schema.ts";
import { chooseController, modelOf, type Plan, planOf } from "./sign-in.ts";
import { checklistWords as say, words } from "./words.ts";

/** The checks that this make has, in their order. */
type Step = keyof typeof say.running;
/** Looks at a controller before it is added: a line when a check begins and one when it has ended. */
export async function* checkGateway(config: unknown, context: ConnectorContext): AsyncGenerator<ChecklistLine> {
  const visit = new Visit(planOf(config, context), context);
  try {
    yield* walkChecklist(visit.checks, context.clock, say);
  } finally {
    visit.end();
  }
}

/** One check of one controller, with what was learnt on the way. No credential leaves before the certificate is judged. */
class Visit {
  readonly #plan: Plan;
  readonly #context: ConnectorContext;
  #accountToken: Secret | undefined;
  #row: ControllerRow | undefined;
  #osVersion: string | undefined;
  #tokens: TokenKeeper | undefined;
  #director: Director | undefined;

  constructor(plan: Plan, context: ConnectorContext) {
    this.#plan = plan;
    this.#context = context;
  }

  get checks(): readonly (readonly [Step, () => Promise<Found>, door?: string])[] {
    return [
      ["name", () => checkName(this.#context.dialer, this.#plan.address.host)],
      ["port", () => checkPort(this.#context.dialer, this.#plan.address)],
      ["tls", () => checkCertificate(this.#context.dialer, this.#plan.address, this.#plan.pinnedCertificate, say)],
      ["make", () => this.#make()],
      ["tls", () => this.#accountCertificate(), say.accountDoor],
      ["credentials", () => this.#logIn()],
      ["choice", () => this.#choose()],
      ["access", () => this.#access()],
      ["version", () => this.#version()],
      ["first_data", () => this.#data()],
    ];
  }

  end(): void {
    this.#tokens?.stop();
  }

  /** Without a token a Director says no in words of its own. */
  async #make(): Promise<Found> {
    const { base } = this.#plan.address;
    const answer = await this.#context.dialer.http({
      method: "GET",
      url: `${base}/api/v1/items`,
      timeoutSeconds: 10,
      maxBytes: 262_144,
    });
    if (answer.status >= 500) throw new CaretakerError("gateway_unreachable", words.directorAway(base, answer.status));
    const said = parseJson(answer.body) as { error?: unknown } | null | undefined;
    if (answer.status !== 401 || said?.error !== "Unauthorized")
      throw new ChecklistFailure({ detail: words.notControl4(base), next: say.nextAfter("", "make") });
    return { detail: say.isController };
  }

  /** Passwords go there: a person may vouch for a service that is not the maker's own, and for no other. */
  async #accountCertificate(): Promise<Found> {
    const { accountService, pinnedAccountCertificate: pinned } = this.#plan;
    try {
      return await checkCertificate(this.#context.dialer, accountService, pinned, say.ofAccount);
    } catch (error) {
      if (!(error instanceof ChecklistFailure) || error.line.certificate === undefined) throw error;
      const { certificate, detail } = error.line;
      if (isMakersOwn(accountService)) throw new ChecklistFailure({ detail, next: say.notTheMaker });
      const setting = "pinnedAccountCertificate" satisfies keyof Control4Config;
      throw new ChecklistFailure({ ...error.line, certificate: { ...certificate, setting } });
    }
  }

  async #logIn(): Promise<Found> {
    this.#accountToken = await this.#plan.account.logIn(this.#plan.login);
    return { detail: say.loggedIn };
  }

  async #choose(): Promise<Found> {
    this.#row = chooseController(this.#plan, await this.#plan.account.controllers(need(this.#accountToken)));
    return { detail: say.chosen(modelOf(this.#row), this.#row.controllerCommonName) };
  }

  async #access(): Promise<Found> {
    const { account, address } = this.#plan;
    const { dialer, clock } = this.#context;
    const token = need(this.#accountToken);
    const row = need(this.#row);
    const osVersion = await account.osVersion(token, row);
    this.#osVersion = osVersion;
    const issue = () => account.directorToken(token, row.controllerCommonName);
    const first = await issue();
    this.#tokens = new TokenKeeper({ clock, first, fetch: issue, renewed: () => {}, failed: () => {} });
    this.#director = new Director({ dialer, clock, address, tokens: this.#tokens, osVersion, restarting: () => {} });
    await this.#director.controllers();
    return { detail: say.letIn };
  }

  async #version(): Promise<Found> {
    if (this.#osVersion === undefined) return { isWarning: true, detail: say.noVersion, next: say.carryOn };
    return { detail: say.version(this.#osVersion) };
  }

  async #data(): Promise<Found> {
    const home = new LiveHome();
    await readHome(need(this.#director), home, () => {});
    const { rooms, devices, entities } = home.inventory;
    const found = { rooms: rooms.length, devices: devices.length, entities: entities.length };
    if (found.entities === 0) return { isWarning: true, detail: say.empty, next: say.lookAtProject, found };
    return { detail: say.found(found), found };
  }
}

function need<T>(learnt: T | undefined): T {
  if (learnt === undefined) throw new CaretakerError("gateway_lost", "An earlier check did not end.");
  return learnt;
}
