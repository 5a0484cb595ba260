import { randomBytes } from "node:crypto";
import { idOf } from "./build-home.ts";

export interface User {
  readonly id: string;
  readonly name: string;
  isAdmin: boolean;
  readonly isOwner: boolean;
}

/** Who may come in, by long-lived token. */
export class Users {
  readonly #byToken = new Map<string, User>();

  add(name: string, options: { isAdmin: boolean; token?: string }): { token: string; user: User } {
    const token = options.token ?? randomBytes(24).toString("base64url");
    const user = { id: idOf("user", name), name, isAdmin: options.isAdmin, isOwner: false };
    this.#byToken.set(token, user);
    return { token, user };
  }

  all(): User[] {
    return [...new Set(this.#byToken.values())];
  }

  find(token: unknown): User | undefined {
    return typeof token === "string" ? this.#byToken.get(token) : undefined;
  }

  /** The homeowner takes it back. */
  revoke(token: string): void {
    this.#byToken.delete(token);
  }
}
