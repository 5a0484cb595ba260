import { isCaretakerError } from "@caretaker/protocol";

/** Somebody waits for a second factor that was used just now. The dialog in the shell answers. */
export interface FactorQuestion {
  readonly answer: (isGiven: boolean) => void;
}

let asked: FactorQuestion | null = null;
const listeners = new Set<() => void>();

export const factorQuestion = {
  get: (): FactorQuestion | null => asked,
  listen: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function become(question: FactorQuestion | null): void {
  asked = question;
  for (const listener of listeners) listener();
}

/** Asks the person for a second factor now. Resolves with whether it was given; a question already open is shared. */
function askForFactor(): Promise<boolean> {
  return new Promise((resolve) => {
    const earlier = asked;
    become({
      answer: (isGiven) => {
        become(null);
        earlier?.answer(isGiven);
        resolve(isGiven);
      },
    });
  });
}

/** Does `work`; where that needs a second factor used just now, asks the person for it and does it once more. */
export async function withFreshFactor<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isCaretakerError(error, "fresh_factor_needed") || !(await askForFactor())) throw error;
    return work();
  }
}
