import { Secret } from "@caretaker/protocol";
import type { CredentialVault } from "./credentials.ts";

/** Keeps what it is given apart from the database, as the real one keeps it sealed. */
export class MemoryVault implements CredentialVault {
  readonly kept = new Map<string, Readonly<Record<string, string>>>();
  async seal(_trx: unknown, owner: string, fields: Readonly<Record<string, string>>): Promise<void> {
    this.kept.set(owner, fields);
  }
  async open(owner: string): Promise<Record<string, Secret>> {
    return Object.fromEntries(
      Object.entries(this.kept.get(owner) ?? {}).map(([field, value]) => [field, new Secret(value)]),
    );
  }
  async openMany(owners: readonly string[]): Promise<Map<string, Record<string, Secret>>> {
    return new Map(await Promise.all(owners.map(async (owner) => [owner, await this.open(owner)] as const)));
  }
  async destroy(_trx: unknown, owner: string): Promise<void> {
    this.kept.delete(owner);
  }
}
