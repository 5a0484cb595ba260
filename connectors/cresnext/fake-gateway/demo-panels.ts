import { type PanelPlan, testPanel } from "./panel.ts";

/** The panels of a demo's home, and what each is called there: the one in the hall has lost the processor. */
export function demoPanels(): readonly { readonly called: string; readonly panel: PanelPlan }[] {
  const processor = (status: string) => ({ address: "192.168.1.10", status });
  return [
    {
      called: "Hall panel",
      panel: testPanel({ systems: { "03": processor("OFFLINE") } }),
    },
    {
      called: "Kitchen panel",
      panel: testPanel({
        name: "TSW-770-KITCHEN",
        model: "TSW-770",
        serial: "2107ABC0001277",
        address: "192.168.1.32",
        systems: { "04": processor("ONLINE") },
        screen: "Standby",
      }),
    },
    {
      called: "Cinema screen",
      panel: testPanel({
        name: "DM-NVX-363-CINEMA",
        model: "DM-NVX-363",
        firmware: "7.2.5503",
        serial: "2112NVX0000042",
        address: "192.168.1.61",
        systems: { "21": processor("ONLINE") },
        mode: "Receiver",
      }),
    },
  ];
}
