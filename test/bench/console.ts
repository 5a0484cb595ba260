import type { ProcessorLogin } from "./processor-process.ts";
import { pairRow, type Row } from "./rows.ts";
import { startWorker } from "./worker.ts";

export interface ConsolePlan {
  readonly commands: number;
  readonly runs: number;
}

/** Commands on a processor's console over one connection, one after the other: ours beside a bare `ssh2` client. */
export async function measureConsole(plan: ConsolePlan, say: (line: string) => void): Promise<Row[]> {
  const processor = startWorker("processor-process.ts");
  const ours = startWorker("console-process.ts");
  const bare = startWorker("console-process.ts");
  try {
    const { commands } = plan;
    const login = await processor.ask<ProcessorLogin>("open");
    await ours.ask("openOurs", login);
    await bare.ask("openBare", login);
    const typedBy = async (worker: typeof ours, method: string): Promise<number> => {
      const before = await processor.ask<number>("typed");
      const milliseconds = await worker.ask<number>(method, { commands });
      const typed = (await processor.ask<number>("typed")) - before;
      // One more where our own look at the IP table, every 30 s, falls into it.
      if (typed < commands || typed > commands + 1)
        throw new Error(`${method} typed ${typed} commands and not ${commands}`);
      return milliseconds;
    };
    // Both are compiled before they are measured.
    await typedBy(ours, "typeOurs");
    await typedBy(bare, "typeBare");
    const runs = [];
    for (let run = 1; run <= plan.runs; run += 1) {
      const own = await typedBy(ours, "typeOurs");
      const base = await typedBy(bare, "typeBare");
      runs.push({ ours: own, base });
      say(`run ${run}: ${commands} commands in ${own.toFixed(0)} ms beside ${base.toFixed(0)} ms`);
    }
    const name = `${commands} commands on a processor's console`;
    return [pairRow(name, "ms", runs, 1.2)];
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
    await processor.stop();
  }
}
