import { capabilityTable } from "@caretaker/server/gateways/capability-table.ts";
import { connectors } from "@caretaker/server/gateways/connectors.ts";
import type { AddCommands } from "../cli.ts";

export const addConnectorCommands: AddCommands = (program, cli) => {
  const connector = program.command("connector").description("Makes of gateways");
  connector
    .command("list")
    .description("What each make can do, and the least consent it needs: the table of docs/connectors.md")
    .action(() => {
      const manifests = connectors.map(({ manifest }) => manifest);
      const items = manifests.map(({ id, name, capabilities }) => ({ id, name, capabilities }));
      cli.print(items, () => capabilityTable(manifests));
    });
};
