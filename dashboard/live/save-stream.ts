import type { OperationInput, OperationName } from "@caretaker/protocol";
import { apiStream } from "./api.ts";

/** Calls an operation that answers with JSON lines, and hands the whole of it to the browser as a file of that name. */
export async function saveStream<N extends OperationName>(
  name: N,
  input: OperationInput<N>,
  fileName: string,
): Promise<void> {
  const lines: string[] = [];
  for await (const line of apiStream(name, input)) lines.push(`${JSON.stringify(line)}\n`);
  saveFile(new Blob(lines, { type: "application/x-ndjson" }), fileName);
}

function saveFile(content: Blob, fileName: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}
