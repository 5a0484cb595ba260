import {
  CAPABILITIES,
  type CapabilityName,
  type ConnectorManifest,
  HUB_CAPABILITIES,
  isHubRead,
} from "@caretaker/protocol";

type Make = Pick<ConnectorManifest, "id" | "capabilities">;

/** What each make can do, as a table of Markdown: in a cell the least consent that it needs, or `no`. */
export function capabilityTable(makes: readonly Make[]): string[] {
  const names = (Object.keys(CAPABILITIES) as CapabilityName[]).filter(
    (name) => isHubRead(name) || makes.some(({ capabilities }) => capabilities[name]),
  );
  return [
    `| capability | ${makes.map(({ id }) => `\`${id}\``).join(" | ")} |`,
    `|---|${makes.map(() => "---|").join("")}`,
    ...names.map((name) => {
      const cells = makes.map(({ capabilities }) =>
        isHubRead(name) ? HUB_CAPABILITIES[name].scope : capabilities[name]?.scope,
      );
      const summary = CAPABILITIES[name].summary;
      const words = summary.charAt(0).toLowerCase() + summary.slice(1);
      return `| \`${name}\` ${words} | ${cells.map((scope) => scope ?? "no").join(" | ")} |`;
    }),
  ];
}
