import { type FakeProcessor, startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { serveWorker } from "./worker.ts";

/** One simulated processor, in a process of its own. */

export interface ProcessorLogin {
  readonly address: string;
  readonly username: string;
  readonly password: string;
  readonly pinnedHostKey: string;
}

let processor: FakeProcessor;

async function open(): Promise<ProcessorLogin> {
  processor = await startFakeProcessor();
  return processor.config;
}

serveWorker({ open, typed: () => processor.console.typed.length }, () => processor.close());
