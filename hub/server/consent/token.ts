import { randomBytes } from "node:crypto";
import { sha256 } from "../ledger/canonical.ts";

/** 192 random bits for a link. It is in the message and nowhere else. */
export function newToken(): string {
  return randomBytes(24).toString("base64url");
}

/** What is stored instead of the token. Random tokens need no salt. */
export function hashToken(token: string): string {
  return sha256(token);
}
