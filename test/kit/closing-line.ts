import type { Reporter, SerializedError, TestModule } from "vitest/node";

const FAILURE = "Failed: ";
const RETRIED = "Passed when tried again: ";
/** As much of an error as fits beside the name of its test. */
const LONGEST_REASON = 300;

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Ends a run with what failed, be it only at first, a line each, and `N passed, N failed, N skipped` as the very last line, where a person or
 * a script looks for it.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const lines = [...failures(modules, unhandled), tallyLine(tally(modules, unhandled))];
    process.once("exit", () => process.stdout.write(lines.map((line) => `${line}\n`).join("")));
  }
}

export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Null for any line that is not a closing line. */
export function readTally(line: string): Tally | null {
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(line) ?? [];
  return passed === undefined ? null : { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}

/** Whether a line is one of those with which {@link ClosingLine} names a test that failed, be it only at first. */
export function isFailure(line: string): boolean {
  return line.startsWith(FAILURE) || line.startsWith(RETRIED);
}

export function sumOf(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/**
 * Counts tests, and as failures also what is no test: errors that nobody handled, files that could not be loaded, and
 * preparations that failed and took their tests with them.
 */
export function tally(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const broken = suites.filter((suite) => suite.errors().length > 0).length;
  return {
    passed: count("passed"),
    failed: count("failed") + broken + unhandled.length,
    skipped: count("skipped") + count("pending"),
  };
}

/** A line for each failure that {@link tally} counts, and for each test that passed at a later try. */
function failures(modules: readonly TestModule[], unhandled: readonly SerializedError[]): string[] {
  const failed = modules.flatMap((module) => {
    const where = `[${module.project.name}] ${module.relativeModuleId}`;
    const tests = [...module.children.allTests()];
    const broken = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
    return [
      ...broken.map((suite) => FAILURE + sayFailure(where, "fullName" in suite ? suite.fullName : "", suite.errors())),
      ...tests.flatMap((test) => {
        const kind = test.result().state === "failed" ? FAILURE : test.diagnostic()?.flaky ? RETRIED : undefined;
        return kind === undefined ? [] : [kind + sayFailure(where, test.fullName, test.result().errors ?? [])];
      }),
    ];
  });
  return [...failed, ...unhandled.map((error) => FAILURE + sayFailure("nobody handled", "", [error]))];
}

/** Project, file and title, and how its last error begins. */
function sayFailure(where: string, title: string, errors: readonly SerializedError[]): string {
  const reason = (errors.at(-1)?.message ?? "").replaceAll(/\s+/g, " ").slice(0, LONGEST_REASON);
  return [where, title, reason].filter((part) => part !== "").join(" > ");
}
