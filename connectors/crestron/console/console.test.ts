import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commentsIn, hostNameIn, linesOf, memoryIn, offsetOf, refusalIn, uptimeIn, versionIn } from "./answers.ts";
import { type Command, lineOf, SLOTS } from "./commands.ts";
import { errorLogIn } from "./error-log.ts";
import { ipTableIn } from "./ip-table.ts";

describe("what is typed", () => {
  const all: Command[] = [
    ...(["version", "hostname", "uptime", "log", "memory", "table", "reboot"] as const).map((is) => ({ is })),
    ...SLOTS.flatMap((slot) => [
      { is: "comments" as const, slot },
      { is: "restart program" as const, slot },
    ]),
  ];

  it("is one of these lines, and no other", () => {
    const numbers = SLOTS.map(String);

    expect(all.map(lineOf)).toEqual([
      "ver",
      "hostname",
      "uptime",
      "err",
      "ramfree",
      "ipt -t -p:all",
      "reboot",
      ...numbers.flatMap((slot) => [`progcomments:${slot}`, `progreset -p:${slot}`]),
    ]);
  });

  it("has no slot but the eleven, whatever is given", () => {
    fc.assert(
      fc.property(fc.anything(), (slot) => {
        fc.pre(!SLOTS.includes(slot as never));
        expect(() => lineOf({ is: "restart program", slot } as Command)).toThrow(RangeError);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("what is printed", () => {
  it.each([
    ["CP4 Cntrl Eng [v2.8001.00120 (Jan 21 2026), #8F3A21C0] @E-00107f112233", "CP4", "2.8001.00120"],
    [
      "DMPS3-4K-350-C Cntrl Eng [v1.502.3224.17519 (Oct 30 2017), #87C2404A]\r\n@E-00107faddaf7",
      "DMPS3-4K-350-C",
      "1.502.3224.17519",
    ],
    ["2026-09-17 16:44:52.149 [ 1] [INFO] hello [v9]\r\nCP3 Cntrl Eng [v1.8 (Jan 1 2020), #1]", "CP3", "1.8"],
  ])("%j is a version", (text, model, version) => {
    expect(versionIn(text)).toEqual({ model, version });
  });

  it.each([
    ["CP4-ASHDOWN\r\n", "CP4-ASHDOWN"],
    ["Host Name: CP4\r\n", "CP4"],
    ["ERROR: Command Blocked from this console type.", undefined],
    ["", undefined],
  ])("%j is the host name %s", (text, name) => {
    expect(hostNameIn(text)).toBe(name);
  });

  it.each([
    ["The system last started on: Thursday, September 17, 2026 at 11:20:20"],
    ["The system last started on: Thursday, 17 September 2026 at 11:20:20"],
  ])("an uptime is read with the day in either order: %s", (line) => {
    const uptime = uptimeIn(`The system has been running for 1 days 05:12:38.93\r\n${line}\r\n`);

    expect(uptime).toEqual({ milliseconds: 105_158_930, startedLocal: Date.UTC(2026, 8, 17, 11, 20, 20) });
    const now = Date.UTC(2026, 8, 18, 14, 33, 0);
    expect(uptime && offsetOf(uptime, now)).toBe(2 * 3_600_000);
  });

  it.each([
    [
      "Program Boot Directory: /simpl/app01\r\nProgram File: A.smw\r\nFriendly Name:Ashdown\r\n",
      { name: "Ashdown", file: "A.smw" },
    ],
    [
      "Program Boot Directory: /simpl/app00\r\nApplication Name          : Crestron.Seawolf\r\nProgram File              : Crestron.Seawolf.dll\r\n",
      { name: "Crestron.Seawolf", file: "Crestron.Seawolf.dll" },
    ],
    ["\r\n", undefined],
  ])("%j are comments of a program", (text, comments) => {
    expect(commentsIn(text)).toEqual(comments);
  });

  it("an IP table of the older style has entries with and without a device id", () => {
    const text = `IP Table:
CIP_ID  Type    Status     DevID  Port   IP Address/SiteName      RoomId
    03  CIP     ONLINE            41794  192.168.001.031          Not Specified
    51  GWAY    OFFLINE        4  41794  192.168.001.040          Not Specified
    E0  CIP     UNKNOWN           41794  192.168.001.102`;

    expect(ipTableIn(text).map(({ ipId, status, address }) => [ipId, status, address])).toEqual([
      ["03", "ONLINE", "192.168.1.31"],
      ["51", "OFFLINE", "192.168.1.40"],
      ["E0", "UNKNOWN", "192.168.1.102"],
    ]);
  });

  it("an error log of the older style is dated by how long it had been running", () => {
    const text = ` 85. Warning: Ethernet Device Slot-03.IP-ID-FB Not Responding (IP = 192.168.1.140). Device Offline
     TimeStamp: 11:18:56  1-17-26   UpTime: 5 days 19:50:27.18  Task: CIPretx`;

    expect(errorLogIn(text)).toEqual([
      {
        level: "warning",
        source: "CIPretx",
        message: "Ethernet Device Slot-03.IP-ID-FB Not Responding (IP = 192.168.1.140). Device Offline",
        at: { uptime: 503_427_180 },
      },
    ]);
  });

  it("notices are no errors, and what goes on below a line is left out", () => {
    const text = `Persistent log contents during current boot:
Notice: crestErrorLogServer # 2026-09-26 08:00:00 # started
Fatal: App # 2026-09-26 08:00:01 # it broke
    at Some.Stack.Trace()
Persistent log contents during current boot end`;

    expect(errorLogIn(text)).toEqual([
      { level: "error", source: "App", message: "it broke", at: { local: Date.UTC(2026, 8, 26, 8, 0, 1) } },
    ]);
  });

  it.each([
    "Bad or Incomplete Command",
    "Authentication is not on. Command not allowed.",
    "ERROR: Command Blocked from this console type.",
    "ERROR:Invalid Program Identifier specified.",
    "** Specified App does not exist **",
    "Specified program(3) not registered.",
  ])("%s is a no", (text) => {
    expect(refusalIn(`\r\n${text}\r\n`)).toBe(text);
  });

  it("never breaks, whatever it is", () => {
    const words = fc.constantFrom(
      "IP Table for program 3",
      "CIP_ID |Status|",
      "|",
      "03",
      "ONLINE",
      "Error:",
      "#",
      "[v1.",
      "\r\n",
      "UpTime: 9",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.array(words, { maxLength: 30 }).map((all) => all.join(" ")),
    );

    fc.assert(
      fc.property(text, (garbage) => {
        for (const read of [
          versionIn,
          hostNameIn,
          uptimeIn,
          commentsIn,
          memoryIn,
          ipTableIn,
          errorLogIn,
          refusalIn,
          linesOf,
        ])
          read(garbage);
      }),
      { numRuns: 10_000 },
    );
  });
});
