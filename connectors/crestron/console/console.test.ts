import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  commentsIn,
  driftIn,
  hostNameIn,
  linesOf,
  memoryIn,
  offsetOf,
  refusalIn,
  uptimeIn,
  versionIn,
} from "./answers.ts";
import { address4Of, type Command, lineOf, PLAIN, SLOTS } from "./commands.ts";
import { cresnetIn } from "./cresnet.ts";
import { errorLogIn, notesIn } from "./error-log.ts";
import { ipTableIn } from "./ip-table.ts";
import { changesOf, isIncomplete, markOf, NO_MARK } from "./log-changes.ts";
import { SENTENCES } from "./sentences.ts";

/** Facts' list of what is never typed, whoever asks: each would lose something, open something, or do anything at all. */
const DENIED =
  /\b(initialize|restore|erase|delete|nvramclear|ipt\s+-c|rempeer|remmaster|addmaster|authentication|deleteuser|adduser|updatepassword|sshport|sudo|ucmd|userprogcmd|progload|puf|pushupdate|certificate|forcedreboot|killprog|stopprog)\b|[;&|`$<>\r\n\0]/i;

/** Every line that can be typed has one of these shapes. */
const SHAPES = [
  ...Object.values(PLAIN).map((line) => new RegExp(`^${line.replace(/[/]/g, "\\$&")}$`)),
  /^prog(comments|uptime):([0-9]|10)$/,
  /^progreset -p:([0-9]|10)$/,
  /^autodiscovery lightbyip (\d{1,3})\.\d{1,3}\.\d{1,3}\.\d{1,3}$/,
  /^message [A-Za-z.,' ]{5,60}$/,
];

describe("what is typed", () => {
  it("is one of these lines, and no other", () => {
    const slots = SLOTS.flatMap((slot) => [
      lineOf({ is: "comments", slot }),
      lineOf({ is: "program uptime", slot }),
      lineOf({ is: "restart program", slot }),
    ]);

    expect(Object.values(PLAIN)).toEqual([
      "ver",
      "hostname",
      "uptime",
      "err",
      "ramfree",
      "ipt -t -p:all",
      "reportcresnet",
      "timedate",
      "sntp sync",
      "ipconfig /renew",
      "autodiscovery stoplight",
      "clearerr",
      "reboot",
    ]);
    expect(slots).toEqual(
      SLOTS.map(String).flatMap((slot) => [`progcomments:${slot}`, `proguptime:${slot}`, `progreset -p:${slot}`]),
    );
    expect(lineOf({ is: "identify", address: [192, 168, 1, 31] })).toBe("autodiscovery lightbyip 192.168.1.31");
    expect(lineOf({ is: "message", language: "nl", sentence: "done" })).toBe("message We zijn klaar. Dank u.");
  });

  it("keeps its shape, and nothing of the list of denied commands is in it, whatever 10,000 arguments are given", () => {
    const words = fc.constantFrom(
      "initialize",
      "-p:all",
      "1; reboot",
      "\ninitialize",
      "ipt -c",
      "__proto__",
      "constructor",
      "toString",
      "en",
      "done",
      "3",
      "192.168.1.31\r\nerase",
    );
    const any = fc.oneof(words, fc.anything(), fc.integer(), fc.double(), fc.string({ unit: "binary", maxLength: 40 }));
    const kinds = fc.oneof(
      fc.constantFrom(...Object.keys(PLAIN), "comments", "program uptime", "restart program", "identify", "message"),
      any,
    );
    const octets = fc.oneof(any, fc.array(fc.oneof(fc.integer(), any), { maxLength: 5 }));
    const given = fc.record({ is: kinds, slot: any, address: octets, language: any, sentence: any });
    let typed = 0;

    fc.assert(
      fc.property(given, (command) => {
        let line: string;
        try {
          line = lineOf(command as unknown as Command);
        } catch {
          return;
        }
        typed += 1;
        expect(SHAPES.some((shape) => shape.test(line))).toBe(true);
        expect(line).not.toMatch(DENIED);
      }),
      { numRuns: 10_000 },
    );
    expect(typed).toBeGreaterThan(100);
  });

  it("is a sentence of sixteen, short and without a sign that a console may not know", () => {
    const all = Object.values(SENTENCES).flatMap((one) => Object.values(one));

    expect(all).toHaveLength(16);
    expect(all.filter((sentence) => !/^[A-Za-z.,' ]{5,60}$/.test(sentence))).toEqual([]);
  });

  it.each([
    ["192.168.1.31", [192, 168, 1, 31]],
    ["192.168.1.256", undefined],
    ["127.0.0.1", undefined],
    ["255.255.255.255", undefined],
    ["tsw-hall", undefined],
    ["192.168.1.31 ", undefined],
    [null, undefined],
  ])("takes from the IP table %j as %j", (text, address) => {
    expect(address4Of(text)).toEqual(address);
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
      { name: "Ashdown", file: "A.smw", compiled: null },
    ],
    [
      "Program Boot Directory: /simpl/app00\r\nApplication Name          : Crestron.Seawolf\r\nProgram File              : Crestron.Seawolf.dll\r\n",
      { name: "Crestron.Seawolf", file: "Crestron.Seawolf.dll", compiled: null },
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

  it("devices on its own bus are read with and without version and serial, between other lines", () => {
    const text = `Reporting devices
0A: STATUSSIGN [v1.3443.00016, #01415779]
65: C2N-SPWS300 Power Supply With Boost [#00390667, v1.6.0]
1f: C2N-IO
Done: 3 found`;

    expect(cresnetIn(text)).toEqual([
      { id: "0A", model: "STATUSSIGN", version: "1.3443.00016" },
      { id: "65", model: "C2N-SPWS300 Power Supply With Boost", version: "1.6.0" },
      { id: "1F", model: "C2N-IO", version: null },
    ]);
  });

  it.each([
    ["2026-11-28 12:05:20", 320],
    ["Sat Nov 28 08:59:58 2026", -2],
    ["07:40:10 PM 11/28/2026", 610 - 900],
    ["a quarter past three", null],
    ["12:00:00 (last set 11:00:00)", null],
    ["12:61:00", null],
  ])("%j says how far a clock is off beyond quarters of an hour: %s", (text, drift) => {
    expect(driftIn(text, Date.UTC(2026, 10, 28, 12, 0, 0))).toBe(drift);
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
          notesIn,
          cresnetIn,
        ])
          read(garbage);
        driftIn(garbage, 0);
        changesOf(markOf(notesIn(garbage)), notesIn(garbage.slice(3)));
      }),
      { numRuns: 10_000 },
    );
  });
});

describe.each([
  [
    "3-Series",
    (lines: readonly string[]) =>
      lines.map(
        (line, at) =>
          ` ${at + 1}. ${line.replace(/#.*# /, "")}\n     TimeStamp: 11:18:56  1-17-26   UpTime: 5 days 19:50:2${at}.18  Task: CIP`,
      ),
  ],
  ["4-Series", (lines: readonly string[]) => lines],
])("what is new in the log of a %s", (_series, print) => {
  const line = (level: string, minute: number, message: string) =>
    `${level}: App # 2026-09-26 08:0${minute}:00 # ${message}`;
  const first = line("Notice", 0, "log started");
  const second = line("Error", 1, "it broke");
  const third = line("Warning", 2, "it is slow");
  const notes = (...lines: string[]) => notesIn(print(lines).join("\n"));
  const messages = (change: { notes: readonly { message: string }[] }) =>
    change.notes.map(({ message }) => message.replace(/^App\s*/, ""));

  it("is all of it the first time, and nothing when it was read again", () => {
    expect(messages(changesOf(NO_MARK, notes(first, second)))).toEqual(["log started", "it broke"]);
    expect(changesOf(markOf(notes(first, second)), notes(first, second))).toEqual({ notes: [], hasBegunAnew: false });
  });

  it("is what stands behind what both begin with", () => {
    expect(messages(changesOf(markOf(notes(first, second)), notes(first, second, third)))).toEqual(["it is slow"]);
  });

  it("is all of it when it begins with another line: a restart", () => {
    const anew = line("Notice", 5, "log started again");

    expect(changesOf(markOf(notes(first, second)), notes(anew))).toMatchObject({ hasBegunAnew: true });
    expect(messages(changesOf(markOf(notes(first, second)), notes(anew)))).toEqual(["log started again"]);
  });
});

describe("what is new in a log", () => {
  it("is found behind what was last, where the oldest lines had to go", () => {
    const entry = (at: number) =>
      ` ${at}. Error: number ${at}\n     TimeStamp: 1:1:1  1-1-26   UpTime: 0 days 00:00:0${at}.00`;
    const before = notesIn([1, 2, 3].map(entry).join("\n"));
    const now = notesIn([2, 3, 4].map(entry).join("\n"));

    const { notes, hasBegunAnew } = changesOf(markOf(before), now);

    expect([notes.map(({ message }) => message), hasBegunAnew]).toEqual([["number 4"], false]);
  });

  it("is known again by digests: no word of the home is remembered", () => {
    const notes = notesIn("Error: App # 2026-09-26 08:00:00 # the bedroom window is open");

    expect(JSON.stringify(markOf(notes))).not.toMatch(/bedroom|App/);
    expect(markOf(notes)).toEqual({ lines: 1, first: expect.any(String), last: markOf(notes).first });
  });

  it("is not whole where the processor says that it stopped noting", () => {
    expect(isIncomplete(notesIn("Notice: App # 2026-09-26 08:00:00 # Error logging is suspended"))).toBe(true);
    expect(isIncomplete(notesIn("Notice: App # 2026-09-26 08:00:00 # all is well"))).toBe(false);
  });
});
