/** 0 well, 1 findings or failed, 2 wrong use, 3 the hub, or the gateway that was to be looked at, cannot be reached. */
export const EXIT = { ok: 0, found: 1, usage: 2, unreachable: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** The command was understood, and what it was told cannot be: exit code 2. */
export class WrongUse extends Error {}
