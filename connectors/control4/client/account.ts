import {
  CaretakerError,
  type Clock,
  type Dialer,
  type HttpAnswer,
  isCaretakerError,
  Secret,
} from "@caretaker/protocol";
import type { z } from "zod";
import { AccountDetail, AuthToken, ControllerDetail, ControllerRow } from "../schema.ts";
import { words } from "../words.ts";
import { faultOf, parseJson } from "./fault.ts";

const SECONDS = 10;
const MAX_BYTES = 1024 * 1024;

export interface DirectorToken {
  readonly value: Secret;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface Login {
  readonly userName: string;
  readonly password: Secret;
  readonly applicationKey: Secret;
}

interface Asked {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly token?: Secret;
  readonly body?: unknown;
}

/** The maker's account service: it says which controllers an account has and gives out the tokens they accept. */
export class AccountClient {
  readonly #dialer: Dialer;
  readonly #clock: Clock;
  readonly #base: string;

  constructor({ dialer, clock, base }: { dialer: Dialer; clock: Clock; base: string }) {
    this.#dialer = dialer;
    this.#clock = clock;
    this.#base = base;
  }

  /** Rejects with `gateway_auth_failed` only where the service itself said no. */
  async logIn({ userName, password, applicationKey }: Login): Promise<Secret> {
    const device = {
      deviceName: "Caretaker",
      deviceUUID: "0000000000000000",
      make: "Caretaker",
      model: "Caretaker",
      os: "Android",
      osVersion: "10",
    };
    const userInfo = { applicationKey: applicationKey.reveal(), userName, password: password.reveal() };
    const answer = await this.#ask({
      method: "POST",
      path: "/authentication/v1/rest",
      body: { clientInfo: { device, userInfo } },
    });
    return new Secret(this.#understood(AuthToken, answer, "the login").authToken.token);
  }

  /** One controller comes as an object, several as a list, in places that differ. */
  async controllers(token: Secret): Promise<ControllerRow[]> {
    const answer = (await this.#ask({ method: "GET", path: "/account/v3/rest/accounts", token })) as Record<
      string,
      unknown
    >;
    const said = answer.account ?? answer.accounts ?? answer.controllers ?? [];
    return (Array.isArray(said) ? said : [said]).flatMap((one) => ControllerRow.safeParse(one).data ?? []);
  }

  async directorToken(token: Secret, commonName: string): Promise<DirectorToken> {
    const issuedAt = this.#clock.now().getTime();
    const answer = await this.#ask({
      method: "POST",
      path: "/authentication/v1/rest/authorization",
      token,
      body: { serviceInfo: { commonName, services: "director" } },
    });
    const { token: value, validSeconds } = this.#understood(AuthToken, answer, "the controller's token").authToken;
    return { value: new Secret(value), issuedAt, expiresAt: issuedAt + validSeconds * 1000 };
  }

  /** What the controller runs, as the account has it; undefined where it does not say. */
  async osVersion(token: Secret, { href }: ControllerRow): Promise<string | undefined> {
    try {
      const detail = AccountDetail.parse(await this.#ask({ method: "GET", path: pathOf(href), token }));
      const answer = await this.#ask({ method: "GET", path: pathOf(detail.controller.href), token });
      return ControllerDetail.parse(answer).osVersion;
    } catch {
      return undefined;
    }
  }

  #understood<S extends z.ZodType>(shape: S, answer: unknown, what: string): z.output<S> {
    const parsed = shape.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new CaretakerError("gateway_misbehaving", words.accountNotUnderstood(this.#base, what), {
      cause: parsed.error,
    });
  }

  async #ask({ method, path, token, body }: Asked): Promise<unknown> {
    const answer = await this.#dialer
      .http({
        method,
        url: `${this.#base}${path}`,
        headers: {
          "content-type": "application/json",
          ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutSeconds: SECONDS,
        maxBytes: MAX_BYTES,
      })
      .catch((error: unknown) => {
        throw accountAway(this.#base, error);
      });
    return judge(this.#base, answer);
  }
}

/** Only the path of what the service links to: the hub goes nowhere but where it was told. */
function pathOf(href: string): string {
  return new URL(href, "https://account").pathname;
}

function judge(base: string, { status, body }: HttpAnswer): unknown {
  const said = parseJson(body);
  const fault = faultOf(body, said);
  const code = fault?.code ?? status;
  if (status < 400 && fault === undefined && typeof said === "object" && said !== null) return said;
  if (code === 401 || code === 403)
    throw new CaretakerError("gateway_auth_failed", words.loginRefused(base, fault?.details ?? ""), {
      meta: { status, cause: "login_refused" },
    });
  if (code >= 500)
    throw new CaretakerError("gateway_unreachable", words.accountDown(base, code), {
      meta: { status, cause: "account_unreachable" },
    });
  throw new CaretakerError("gateway_misbehaving", words.accountSaid(base, fault?.details || `HTTP ${status}`), {
    meta: { status },
  });
}

function accountAway(base: string, error: unknown): unknown {
  if (!isCaretakerError(error, "gateway_unreachable") && !isCaretakerError(error, "gateway_timeout")) return error;
  return new CaretakerError("gateway_unreachable", words.accountAway(base), {
    cause: error,
    meta: { cause: "account_unreachable" },
  });
}
