import type { Knobs } from "./knobs.ts";
import type { LogPlan, ProcessorPlan } from "./processor.ts";

/** Minimum and whole word of each command, as its help prints them: `ERRlog`. */
const COMMANDS = [
  ["VER", "VERSION"],
  ["HOST", "HOSTNAME"],
  ["UPTIME", "UPTIME"],
  ["PROGUPTIME", "PROGUPTIME"],
  ["PROGCOM", "PROGCOMMENTS"],
  ["IPT", "IPTABLE"],
  ["ERR", "ERRLOG"],
  ["RAMF", "RAMFREE"],
  ["REPORTC", "REPORTCRESNET"],
  ["PROGRES", "PROGRESET"],
  ["REBOOT", "REBOOT"],
  ["TIMED", "TIMEDATE"],
  ["SNTP", "SNTP"],
  ["IPC", "IPCONFIG"],
  ["AUTOD", "AUTODISCOVERY"],
  ["MESSAGE", "MESSAGE"],
  ["CLEARERR", "CLEARERR"],
] as const;

const DAY = 86_400_000;

/** What is typed at the console of a simulated processor, and what it prints. */
export class Console {
  readonly #plan: ProcessorPlan;
  readonly #knobs: Knobs;
  readonly #reboot: () => void;
  /** Commands that changed something, as they were typed. */
  readonly acts: string[] = [];
  /** Everything that was typed. */
  readonly typed: string[] = [];
  #startedAt = Date.now() - 5 * DAY;
  readonly #programStarts = new Map<number, number>();
  readonly #moments = new WeakMap<LogPlan, Date>();

  constructor(plan: ProcessorPlan, knobs: Knobs, reboot: () => void) {
    this.#plan = plan;
    this.#knobs = knobs;
    this.#reboot = reboot;
  }

  get prompt(): string {
    return `${this.#plan.model}>`;
  }

  /** Undefined where nothing is ever answered. */
  type(line: string): string | undefined {
    this.typed.push(line);
    const [word = "", ...args] = line.trim().split(/\s+/);
    const [typed = "", slot] = word.toUpperCase().split(":");
    const name = COMMANDS.find(([least, whole]) => typed.startsWith(least) && whole.startsWith(typed))?.[1];
    if (name === undefined || this.#knobs.unknown.has(name)) return "Bad or Incomplete Command\r\n";
    if (this.#knobs.silent.has(name)) return undefined;
    if (this.#knobs.blocked.has(name)) return "ERROR: Command Blocked from this console type.\r\n";
    const fixed = this.#knobs.answers.get(name);
    if (fixed !== undefined) return fixed;
    return lines(this.#answer(name, slot, args));
  }

  restarted(): void {
    this.#startedAt = Date.now();
    this.#heal();
  }

  #answer(name: (typeof COMMANDS)[number][1], slot: string | undefined, args: readonly string[]): string[] {
    const { model, version, hostname, series, programs } = this.#plan;
    switch (name) {
      case "VERSION":
        return [`${model} Cntrl Eng [v${version} (Jan 21 2026), #8F3A21C0] @E-00107f112233`];
      case "HOSTNAME":
        return [hostname];
      case "UPTIME":
        return uptime("system", this.#startedAt);
      case "PROGUPTIME":
        return uptime("program", this.#programStarts.get(Number(slot ?? 1)) ?? this.#startedAt);
      case "PROGCOMMENTS": {
        const program = programs[Number(slot ?? 1)];
        return program === undefined ? [""] : comments(Number(slot ?? 1), program.name, program.file, series);
      }
      case "IPTABLE":
        return this.#table(args);
      case "ERRLOG":
        return series === 4 ? this.#persistentLog() : this.#oldLog();
      case "RAMFREE":
        return [
          "62 percent of memory in use",
          "171016192 total bytes of physical memory",
          "105664512 bytes actually used",
          "65351680 bytes free",
          "0 bytes reclaimable",
        ];
      case "REPORTCRESNET":
        return [
          "0A: STATUSSIGN [v1.3443.00016, #01415779]",
          "65: C2N-SPWS300 Power Supply With Boost [v1.6.0, #00390667]",
        ];
      case "TIMEDATE":
        return [localTime(new Date(Date.now() + this.#knobs.clockOffSeconds * 1000))];
      case "SNTP":
      case "IPCONFIG":
      case "AUTODISCOVERY":
      case "MESSAGE":
      case "CLEARERR":
        return this.#do(name, args);
      case "PROGRESET":
        return this.#restartProgram(args);
      case "REBOOT":
        this.acts.push("REBOOT");
        this.#reboot();
        return [];
      default:
        return name satisfies never;
    }
  }

  /** What these print is in no source: here they say OK. */
  #do(name: "SNTP" | "IPCONFIG" | "AUTODISCOVERY" | "MESSAGE" | "CLEARERR", args: readonly string[]): string[] {
    this.acts.push([name, ...args].join(" "));
    if (name === "SNTP" && this.#knobs.syncHelps) this.#knobs.clockOffSeconds = 0;
    if (name === "CLEARERR") this.#plan.log.length = 0;
    return ["OK"];
  }

  #restartProgram(args: readonly string[]): string[] {
    const slot = args.map((arg) => /^-p:(\d+)$/i.exec(arg)?.[1]).find((one) => one !== undefined);
    // Without its slot it would be every program.
    const slots = slot === undefined ? Object.keys(this.#plan.programs).map(Number) : [Number(slot)];
    this.acts.push(`PROGRESET ${slots.join(" ")}`);
    if (slots.some((one) => this.#plan.programs[one] === undefined)) return ["** Specified App does not exist **"];
    for (const one of slots) this.#programStarts.set(one, Date.now());
    if (this.#knobs.restartHeals) this.#heal();
    return slots.flatMap((one) => [
      "** Restarting Program **",
      `Stopping Program:${one}`,
      `Program Stopped:${one}`,
      `Restarting Program:${one}`,
      `Loading Application:${String(one).padStart(2, "0")}...`,
      `Application Loaded :${String(one).padStart(2, "0")}`,
      "Program(s) Started...",
    ]);
  }

  #heal(): void {
    for (const { table } of Object.values(this.#plan.programs))
      for (const entry of Object.values(table)) if (entry.status === "OFFLINE") entry.status = "ONLINE";
  }

  #table(args: readonly string[]): string[] {
    const wanted = args.map((arg) => /^-p:(\w+)$/i.exec(arg)?.[1]).find((one) => one !== undefined) ?? "1";
    const programs = Object.entries(this.#plan.programs).filter(
      ([slot]) => /^all$/i.test(wanted) || Number(slot) === Number(wanted),
    );
    const isTable = !this.#knobs.hasOldTable && args.some((arg) => /^-t$/i.test(arg));
    return programs.flatMap(([slot, { table }]) => {
      const rows = Object.entries(table);
      if (!isTable)
        return [
          `IP Table for program ${slot}`,
          "CIP_ID  Type    Status     DevID  Port   IP Address/SiteName      RoomId",
          ...rows.map(
            ([id, { status, address }]) =>
              `    ${id}  CIP     ${status.padEnd(10)}        41794  ${address}          Not Specified`,
          ),
        ];
      return [
        `TableStart:[ IP Table for program ${slot} ]`,
        "CIP_ID  |Type    |Status    |DevID   |Port   |IP Address/SiteName       |Model Name          |Description         |RoomId",
        "-".repeat(74),
        ...rows.map(
          ([id, { status, address, model, description }]) =>
            `    ${id.replace(/^0/, " ")}  |Gway    |${status.padEnd(10)}|        |41794  |${address}  | ${model}  | ${description}  | Not Specified`,
        ),
        "TableEnd:",
      ];
    });
  }

  #persistentLog(): string[] {
    return [
      "Persistent log contents during current boot:",
      ...this.#plan.log.map((line) => {
        const { level, source, message } = line;
        const at = this.#momentOf(line);
        return `${level}: ${source} # ${localTime(at)} # ${message}`;
      }),
      "Persistent log contents during current boot end",
    ];
  }

  /** A line keeps the moment that it was first printed with, however often it is read. */
  #momentOf(line: LogPlan): Date {
    const at = this.#moments.get(line) ?? new Date(Date.now() - line.minutesAgo * 60_000);
    this.#moments.set(line, at);
    return at;
  }

  #oldLog(): string[] {
    return this.#plan.log.flatMap((line, index) => {
      const { level, source, message } = line;
      const at = this.#momentOf(line);
      const day = `${at.getMonth() + 1}-${at.getDate()}-${String(at.getFullYear()).slice(2)}`;
      return [
        `${String(index + 1).padStart(3)}. ${level}: ${message}`,
        `     TimeStamp: ${localTime(at).slice(11)}  ${day}   UpTime: ${duration(at.getTime() - this.#startedAt)}  Task: ${source}`,
      ];
    });
  }
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\r\n`).join("");
}

function duration(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY);
  return `${days} days ${new Date(milliseconds % DAY).toISOString().slice(11, 22)}`;
}

function localTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function uptime(what: string, startedAt: number): string[] {
  const at = new Date(startedAt);
  const day = at.toLocaleDateString("en-US", { weekday: "long", month: "long", day: "numeric", year: "numeric" });
  return [
    `The ${what} has been running for ${duration(Date.now() - startedAt)}`,
    `The ${what} last started on: ${day} at ${localTime(at).slice(11)}`,
  ];
}

function comments(slot: number, name: string, file: string, series: 3 | 4): string[] {
  const folder = `app${String(slot).padStart(2, "0")}`;
  return [
    `Program Boot Directory: ${series === 4 ? `/simpl/${folder}` : `\\SIMPL\\${folder}`}`,
    `Source File:  C:\\Jobs\\${name}\\${file.replace(/\.\w+$/, "")}`,
    `Program File: ${file}`,
    `System Name:  ${name}`,
    "Programmer:   JL",
    "Compiled On:  6/12/2026 5:18 PM",
    "Compiler Rev: 3.03",
    `Friendly Name:${name}`,
  ];
}
