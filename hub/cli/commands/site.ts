import type { AddCommands } from "../cli.ts";
import { call } from "../client.ts";

export const addSiteCommands: AddCommands = (program, { hub, print }) => {
  program
    .command("site")
    .description("Sites")
    .command("list")
    .description("All sites, worst first")
    .action(async () => {
      const { items } = await call(hub(), "site.list", {});
      print(items, () => items.map((row) => `${row.health.padEnd(13)} ${row.name} (${row.clientName})  ${row.id}`));
    });
};
