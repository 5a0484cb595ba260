import { createHash, randomBytes } from "node:crypto";

/** 192 random bits for a link or a key: shown once, kept as its hash only. */
export function newToken(): string {
  return randomBytes(24).toString("base64url");
}

export function hashToken(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
