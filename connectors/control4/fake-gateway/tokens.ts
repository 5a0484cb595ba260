import { createHmac, randomBytes } from "node:crypto";

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Makes the tokens of one account and knows which of them are good. */
export class Tokens {
  readonly #key = randomBytes(32);
  readonly #good = new Map<string, number>();

  /** A JWT in the shape that the account service gives out. */
  issue(commonName: string, lifetimeSeconds: number): string {
    const iat = Math.floor(Date.now() / 1000);
    const body = {
      Services: "director",
      CommonName: commonName,
      Permissions: "/director,/auth/user,/remote,/lightning",
      iat,
      exp: iat + lifetimeSeconds,
      jti: randomBytes(6).toString("hex"),
    };
    const head = `${part({ alg: "HS256", typ: "JWT" })}.${part(body)}`;
    const token = `${head}.${createHmac("sha256", this.#key).update(head).digest("base64url")}`;
    this.#good.set(token, Date.now() + lifetimeSeconds * 1000);
    return token;
  }

  isGood(token: string | undefined): boolean {
    const until = token === undefined ? undefined : this.#good.get(token);
    return until !== undefined && until > Date.now();
  }

  revokeAll(): void {
    this.#good.clear();
  }
}

/** What stands after `Bearer`. */
export function bearerOf(header: string | undefined): string | undefined {
  return header?.match(/^Bearer (\S+)$/)?.[1];
}
