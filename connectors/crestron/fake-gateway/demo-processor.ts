import { type ProcessorPlan, testProcessor } from "./processor.ts";

/** The processor of a demo's home: it has lost the panel by the pool, which its program finds again once it is restarted. */
export function demoProcessor(): ProcessorPlan {
  const panel = (address: string, model: string, description: string, status = "ONLINE") => ({
    address,
    model,
    description,
    status,
  });
  return testProcessor({
    programs: {
      1: {
        name: "Ashdown",
        file: "Ashdown_v12.smw",
        table: {
          "03": panel("192.168.001.031", "TSW-1070", "Hall panel"),
          "04": panel("192.168.001.032", "TSW-770", "Kitchen panel"),
          "05": panel("192.168.001.033", "TSW-770", "Pool panel", "OFFLINE"),
          "21": panel("192.168.001.061", "DM-NVX-363", "Cinema screen"),
        },
      },
      2: { name: "Garden", file: "Garden_v3.smw", table: {} },
    },
    log: [
      { level: "Notice", source: "crestErrorLogServer", message: "Log started", minutesAgo: 7200 },
      { level: "Warning", source: "CIPretx", message: "Ethernet Device IP-ID-05 Not Responding", minutesAgo: 41 },
      { level: "Error", source: "Ashdown", message: "Pool panel: connection lost, giving up", minutesAgo: 40 },
    ],
  });
}
