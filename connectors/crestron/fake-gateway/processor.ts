export interface ProgramPlan {
  readonly name: string;
  readonly file: string;
  /** By IP id. */
  readonly table: Readonly<Record<string, EntryPlan>>;
}

export interface EntryPlan {
  readonly address: string;
  readonly model: string;
  readonly description: string;
  status: string;
}

/** What a simulated processor is. */
export interface ProcessorPlan {
  readonly model: string;
  readonly series: 3 | 4;
  readonly hostname: string;
  readonly version: string;
  readonly programs: Readonly<Record<number, ProgramPlan>>;
  /** Lines of its error log, oldest first. */
  readonly log: LogPlan[];
}

export interface LogPlan {
  readonly level: "Ok" | "Notice" | "Warning" | "Error" | "Fatal";
  readonly source: string;
  readonly message: string;
  readonly minutesAgo: number;
}

export function testProcessor(more: Partial<ProcessorPlan> = {}): ProcessorPlan {
  return {
    model: "CP4-R",
    series: 4,
    hostname: "CP4-ASHDOWN",
    version: "2.8001.00120",
    programs: {
      1: {
        name: "Ashdown",
        file: "Ashdown_v12.smw",
        table: {
          "03": { address: "192.168.001.031", model: "TSW-1070", description: "Hall panel", status: "ONLINE" },
          "04": { address: "192.168.001.032", model: "TSW-770", description: "Kitchen panel", status: "ONLINE" },
          "81": { address: "192.168.001.231", model: "TCP/IP Client", description: "amp_telnet", status: "WAITING" },
        },
      },
    },
    log: [
      { level: "Notice", source: "crestErrorLogServer", message: "Log started", minutesAgo: 600 },
      { level: "Warning", source: "CIPretx", message: "Ethernet Device IP-ID-03 Not Responding", minutesAgo: 12 },
    ],
    ...more,
  };
}
