import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, type Source, sources } from "./sources.ts";

const all = sources();
const isTest = (source: Source): boolean =>
  /\.test\.tsx?$|test-helpers|\/test-[a-z-]+\.tsx?$|\/test\//.test(source.path) || source.path.startsWith("test/");
const below = (folder: string): Source[] => all.filter((source) => source.path.startsWith(`${folder}/`));

/** Sources of `from` that import anything below `to`, as `file -> import`. */
function leaning(from: readonly Source[], to: (name: string) => boolean): string[] {
  return from.flatMap((source) => source.imports.filter(to).map((name) => `${source.path} -> ${name}`));
}

const inFolder =
  (...folders: string[]) =>
  (name: string): boolean =>
    folders.some((folder) => name === folder || name.startsWith(`${folder}/`));

describe("who may lean on whom", () => {
  it("keeps the protocol on zod alone", () => {
    const others = leaning(
      below("hub/protocol").filter((source) => !isTest(source)),
      (name) => !name.startsWith("hub/protocol") && name !== "zod",
    );

    expect(others).toEqual([]);
  });

  it("keeps connectors from the hub, the dashboard and each other", () => {
    for (const id of connectorFolders()) {
      const wrong = leaning(
        below(`connectors/${id}`).filter((source) => !isTest(source)),
        (name) =>
          inFolder("hub/server", "hub/reach", "hub/agent", "hub/cli", "dashboard", "test")(name) ||
          (name.startsWith("connectors/") && !inFolder(`connectors/${id}`)(name)),
      );

      expect(wrong).toEqual([]);
    }
  });

  it("keeps the fakes from the kit, so that the demo needs no test code", () => {
    const wrong = leaning(
      all.filter((source) => source.path.includes("/fake-gateway/")).filter((source) => !isTest(source)),
      inFolder("test"),
    );

    expect(wrong).toEqual([]);
  });

  it("keeps the dashboard on the protocol alone", () => {
    expect(
      leaning(below("dashboard"), inFolder("hub/server", "hub/reach", "hub/agent", "hub/cli", "connectors", "test")),
    ).toEqual([]);
  });

  it("keeps the agent from the hub: what it lets happen in a home does not lean on the hub's code", () => {
    const wrong = leaning(
      [...below("hub/agent"), ...below("hub/reach")].filter((source) => !isTest(source)),
      inFolder("hub/server", "hub/cli", "dashboard", "test"),
    );

    expect(wrong).toEqual([]);
  });

  it("keeps the server from the agent, the dashboard, the command line and the tests", () => {
    const wrong = leaning(
      below("hub/server").filter((source) => !isTest(source)),
      inFolder("hub/agent", "hub/cli", "dashboard", "test"),
    );

    expect(wrong).toEqual([]);
  });

  it("lets the homeowner's page load no framework", () => {
    expect(
      leaning(
        below("dashboard/homeowner").filter((source) => !isTest(source)),
        (name) => /^(react|@mantine|@tanstack|socket\.io)/.test(name),
      ),
    ).toEqual([]);
  });

  it("mentions Socket.IO in the live rooms only, and Express in the http room only", () => {
    const server = below("hub/server").filter((source) => !isTest(source));

    expect(
      leaning(
        server.filter((source) => !source.path.startsWith("hub/server/live/")),
        (name) => name.startsWith("socket.io"),
      ),
    ).toEqual([]);
    expect(
      leaning(
        server.filter((source) => !source.path.startsWith("hub/server/http/")),
        (name) => name === "express",
      ),
    ).toEqual([]);
  });
});

describe("the connectors", () => {
  it("are listed one by one, as the folders are", () => {
    const listed =
      all.find((source) => source.path === "hub/reach/makes.ts")?.imports.filter(inFolder("connectors")) ?? [];

    expect(listed.map((name) => name.split("/")[1]).sort()).toEqual(connectorFolders().sort());
  });

  it("are opened through the hub's dialer: none opens a socket of its own", () => {
    const own = below("connectors").filter((source) => !isTest(source) && !source.path.includes("/fake-gateway/"));

    expect(
      leaning(own, (name) =>
        ["node:net", "node:tls", "node:http", "node:https", "net", "tls", "http", "https"].includes(name),
      ),
    ).toEqual([]);
    expect(
      own.filter((source) => /(?<![.#\w])fetch\(|new WebSocket\(/.test(source.text)).map((source) => source.path),
    ).toEqual([]);
  });
});

describe("the hub", () => {
  it("reads the environment in the first file of a process and nowhere else", () => {
    const wrong = [...below("hub"), ...below("connectors")].filter(
      (source) =>
        /process\.env\b/.test(source.text) &&
        !isTest(source) &&
        !/^hub\/(server|cli|agent)\/main\.ts$/.test(source.path) &&
        source.path !== "hub/agent/home-assistant-app.ts" &&
        source.path !== "hub/server/db/test-database.ts",
    );

    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it("acts on a home through the gate and nowhere else", () => {
    const acting = [...below("hub/server")]
      .filter((source) => !isTest(source) && /\.act\(/.test(source.text))
      .map((source) => source.path);

    expect(
      acting.filter((path) => path !== "hub/server/runs/gate.ts" && !path.startsWith("hub/server/gateways/")),
    ).toEqual([]);
    expect(acting).toContain("hub/server/runs/gate.ts");
  });

  it("reveals a secret only where it is sealed, sent to a gateway or to a server it belongs to", () => {
    const rooms = [
      "hub/server/secrets/",
      "hub/server/gateways/",
      "hub/server/config/",
      "hub/server/mail/",
      "hub/server/people/",
      "hub/server/main.ts",
      "hub/server/db/",
      "hub/server/boot/",
      "hub/server/rooms.ts",
    ];
    const wrong = below("hub/server").filter(
      (source) =>
        !isTest(source) && /\.reveal\(\)/.test(source.text) && !rooms.some((room) => source.path.startsWith(room)),
    );

    expect(wrong.map((source) => source.path)).toEqual([]);
  });
});

describe("the sources", () => {
  it("name no folder of one machine", () => {
    const wrong = all.filter(
      (source) =>
        /["'`\s(=]\/(?:home\/[a-z]|work\/|root\/)/.test(source.text) && !source.path.startsWith("test/structure/"),
    );

    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it("stay under 400 lines, or are a table", () => {
    const tables = ["hub/protocol/operations.ts", "dashboard/words/en.ts", "hub/server/db/tables.ts"];
    const long = all.filter(
      (source) => !isTest(source) && source.text.split("\n").length > 400 && !tables.includes(source.path),
    );

    expect(long.map((source) => `${source.path} ${source.text.split("\n").length}`)).toEqual([]);
  });
});

function connectorFolders(): string[] {
  return readdirSync(join(ROOT, "connectors"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
