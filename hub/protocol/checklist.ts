import type { Clock } from "./clock.ts";
import type { ChecklistLine, ChecklistStep } from "./connector.ts";
import type { Dialer } from "./dialer.ts";
import { CaretakerError } from "./errors.ts";

/** What a check has to say; without `isWarning` all is well. */
export type Found = Omit<ChecklistLine, "step" | "door" | "status" | "milliseconds"> & { readonly isWarning?: boolean };

/** A check that found something wrong: its line stops the list. */
export class ChecklistFailure extends Error {
  readonly line: Omit<Found, "isWarning">;

  constructor(line: Omit<Found, "isWarning">) {
    super(line.detail);
    this.line = line;
  }
}

export interface ChecklistWords<Step extends ChecklistStep> {
  readonly running: Readonly<Record<Step, string>>;
  /** What to do when a step failed with an error of this code. */
  nextAfter(code: string, step: Step): string;
}

/**
 * Goes through the checks of a make: a line when each begins and one when it has ended. Whatever failed is the last. A
 * check of one of several doors names its door.
 */
export async function* walkChecklist<Step extends ChecklistStep>(
  checks: Iterable<readonly [Step, () => Promise<Found>, door?: string]>,
  clock: Clock,
  words: ChecklistWords<NoInfer<Step>>,
): AsyncGenerator<ChecklistLine> {
  for (const [step, check, door] of checks) {
    const which = door === undefined ? { step } : { step, door };
    yield { ...which, status: "running", detail: words.running[step] };
    const began = clock.monotonic();
    const line = await ended(step, check, words);
    yield { ...line, ...which, milliseconds: Math.round(clock.monotonic() - began) };
    if (line.status === "failed") return;
  }
}

async function ended<Step extends ChecklistStep>(
  step: Step,
  check: () => Promise<Found>,
  words: ChecklistWords<Step>,
): Promise<ChecklistLine> {
  try {
    const { isWarning, ...found } = await check();
    return { step, status: isWarning ? "warning" : "ok", ...found };
  } catch (error) {
    if (error instanceof ChecklistFailure) return { step, status: "failed", ...error.line };
    if (!(error instanceof CaretakerError)) throw error;
    return { step, status: "failed", detail: error.message, next: words.nextAfter(error.code, step) };
  }
}

const CHECK_NAME =
  "Check the spelling, or enter the IP address. Names that end in .local are known in the home's own network only.";
const PORT_SECONDS = 10;

/** Whether the name leads somewhere, and to where a gateway may be. The same for every make. */
export async function checkName(dialer: Dialer, host: string): Promise<Found> {
  const { addresses, allowed } = await dialer.resolve(host).catch((error: unknown) => {
    if (!(error instanceof CaretakerError)) throw error;
    throw new ChecklistFailure({ detail: error.message, next: CHECK_NAME });
  });
  if (addresses.length === 0) throw new ChecklistFailure({ detail: `${host} has no address.`, next: CHECK_NAME });
  if (allowed.length === 0)
    throw new ChecklistFailure({
      detail: `${host} leads to ${addresses.join(", ")}, where no gateway may be.`,
      next: CHECK_NAME,
    });
  return { detail: allowed.includes(host) ? `${host} is an address` : `${host} is ${allowed.join(", ")}` };
}

/** Whether somebody listens there. The same for every make. */
export async function checkPort(dialer: Dialer, { host, port }: { host: string; port: number }): Promise<Found> {
  const { milliseconds } = await dialer.connect({ host, port, timeoutSeconds: PORT_SECONDS });
  return { detail: `Port ${port} answers in ${milliseconds} ms` };
}
