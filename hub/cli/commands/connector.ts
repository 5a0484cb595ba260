import { join } from "node:path";
import { connectors } from "@caretaker/reach/makes.ts";
import { capabilityTable } from "@caretaker/server/gateways/capability-table.ts";
import type { AddCommands, Cli } from "../cli.ts";
import { addConnectorNew } from "./connector-new.ts";
import { writeTable } from "./connector-register.ts";
import { addConnectorTest } from "./connector-test.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

export const addConnectorCommands: AddCommands = (program, cli) => {
  const connector = program.command("connector").description("Makes of gateways");
  addConnectorTest(connector, cli);
  addConnectorNew(connector, cli);
  connector
    .command("list")
    .description("What each make can do, and the least consent it needs: the table of docs/connectors.md")
    .option("--write", "write that table anew")
    .action(({ write }: { write?: boolean }) => {
      if (write) return sayWritten(cli, writeTable(ROOT));
      const manifests = connectors.map(({ manifest }) => manifest);
      const items = manifests.map(({ id, name, capabilities }) => ({ id, name, capabilities }));
      cli.print(items, () => capabilityTable(manifests));
    });
};

function sayWritten({ print }: Cli, isChanged: boolean): void {
  print({ isChanged }, () => [
    isChanged ? "docs/connectors.md was written anew." : "docs/connectors.md says so already.",
  ]);
}
