import { type IncomingMessage, request } from "node:http";
import type { ApiKeyId } from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { KEY_PREFIX } from "../people/keys.ts";
import { hashToken, newToken } from "../people/token.ts";
import { isOwnOrigin } from "./origin.ts";
import { openTestDoor, type TestBrowser } from "./test-door.ts";

let door: Awaited<ReturnType<typeof openTestDoor>>;
let tom: TestBrowser;

beforeAll(async () => {
  door = await openTestDoor();
  tom = await door.signIn("technician");
});

afterAll(() => door.close());

/** Sends what no `fetch` would: these headers letter by letter, none added, as UTF-8. */
function send(headers: Record<string, string>, body = '{"name":"Ann"}', path = "/api/v1/clients") {
  return new Promise<{ status: number; headers: IncomingMessage["headers"]; code: string | undefined }>(
    (resolve, reject) => {
      const bytes = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, "utf8").toString("latin1")]),
      );
      const outgoing = request(`${door.url}${path}`, { method: "POST", headers: bytes }, async (answer) => {
        const text = Buffer.concat(await answer.toArray()).toString("utf8");
        const { code } = JSON.parse(text) as { code?: string };
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, code });
      });
      outgoing.on("error", reject).end(body);
    },
  );
}

const json = { "content-type": "application/json" };
const clients = () => door.db.selectFrom("client").selectAll().orderBy("id").execute();

/** What an attacker's page, proxy or clumsy parser could say instead of `scheme://name:port`. */
function foreignOrigins(own: string): string[] {
  const { protocol, hostname, port } = new URL(own);
  const other = protocol === "https:" ? "http:" : "https:";
  const at = port === "" ? "" : `:${port}`;
  const hosts = [
    ...["evil", "www", "api", "xn--80ak6aa92e", "-", "_", "a.b", "localhost", "127.0.0.1"].map(
      (word) => `${word}.${hostname}`,
    ),
    ...["evil.com", "evil", "local", "localhost", "co", "internal", "1", "xn--p1ai"].map(
      (word) => `${hostname}.${word}`,
    ),
    ...["x", "-", "_", "1", "%00", "%20", "%2e", "%0d%0a", "..", "\u200b", "\u00ad", "\u3002"].flatMap((mark) => [
      `${hostname}${mark}`,
      `${mark}${hostname}`,
    ]),
    ...[".", ":", "/", "\\", "@", "#", "?", ";", ",", "|", "^", "&", "*", "'", '"', "<", "`", "{"].map(
      (mark) => `${hostname}${mark}evil.com`,
    ),
    ...["evil.com", "user", "user:word", "%40"].map((user) => `${user}@${hostname}`),
    hostname.replaceAll("o", "\u043e"),
    hostname.replaceAll("e", "\u0435"),
    hostname.replaceAll("o", "0"),
    hostname.replaceAll("l", "1"),
    hostname.replaceAll("s", "\u017f"),
    hostname.replaceAll("a", "\uff41"),
    hostname.slice(1),
    hostname.slice(0, -1),
    hostname.replace(".", ""),
    `[${hostname}]`,
    ...["127.0.0.1", "127.1", "0.0.0.0", "0", "2130706433", "0x7f.1", "017700000001", "[::1]", "[::]"],
    ...["[::ffff:127.0.0.1]", "169.254.169.254", "192.168.1.10", "evil.com", "*", ""],
  ].filter((host) => host !== hostname);
  const ports = [
    "",
    ":",
    ":0",
    ":1",
    ":80",
    ":443",
    ":8080",
    ":65535",
    ":65536",
    ":-1",
    ":x",
    `:0${port}`,
    `:${port}0`,
  ];
  const schemes = [
    other,
    "ws:",
    "wss:",
    "file:",
    "ftp:",
    "data:",
    "blob:",
    "javascript:",
    "chrome-extension:",
    "about:",
  ];
  const base = `${protocol}//${hostname}${at}`;
  return [
    ...hosts.flatMap((host) => [`${protocol}//${host}${at}`, `${other}//${host}${at}`, `${protocol}//${host}`]),
    ...ports
      .filter((one) => one !== at)
      .flatMap((one) => [`${protocol}//${hostname}${one}`, `${other}//${hostname}${one}`]),
    ...schemes.map((scheme) => `${scheme}//${hostname}${at}`),
    ...["null", "NULL", "undefined", "", "*", "true", "about:blank", "about:srcdoc", "data:text/html,x", "file://"],
    ...[base.toUpperCase(), base.replace(/^http/, "Http"), base.replace(hostname, hostname.toUpperCase())],
    ...[`${base}/`, `${base}/.`, `${base}//`, `${base}?`, `${base}#`, `${base},`, `${base};`, `"${base}"`, `<${base}>`],
    ...[`${base}, ${base}`, `${base} ${base}`, `${base},https://evil.com`, `https://evil.com,${base}`, `${base}\tx`],
    ...[
      `//${hostname}${at}`,
      `${hostname}${at}`,
      base.replace("//", "/"),
      base.replace("//", "///"),
      base.replace(":", ""),
    ],
    ...[`https://evil.com/${base}`, `https://evil.com?${base}`, `https://evil.com#${base}`, `view-source:${base}`],
  ].filter((origin) => origin !== base);
}

describe("a request that changes something", () => {
  it("is refused from every other origin, however alike it looks", async () => {
    const origins = [...new Set(foreignOrigins(door.url))];
    const cookie = tom.cookies();
    const before = await clients();

    const accepted: string[] = [];
    for (let from = 0; from < origins.length; from += 20)
      await Promise.all(
        origins.slice(from, from + 20).map(async (origin) => {
          const { status, code } = await send({ ...json, cookie, origin, "sec-fetch-site": "same-origin" });
          if (status !== 403 || code !== "origin_refused") accepted.push(`${origin}: ${status}`);
        }),
      );

    expect(accepted).toEqual([]);
    expect(origins.length).toBeGreaterThanOrEqual(300);
    expect(await clients()).toEqual(before);
  });

  it("is compared with the one origin of a hub on its usual port as well", () => {
    const own = "https://care.example.com";
    const accepted = foreignOrigins(own).filter((origin) => isOwnOrigin(origin, `${own}:443/`));

    expect(accepted).toEqual([]);
    expect(isOwnOrigin(own, `${own}:443/`)).toBe(true);
  });

  it("is taken from our own origin", async () => {
    expect((await send({ ...json, cookie: tom.cookies(), origin: door.url })).status).toBe(201);
  });

  it("is taken without an origin with an API key, and from a foreign one not even then", async () => {
    const key = `${KEY_PREFIX}${newToken()}`;
    await door.db
      .insertInto("apiKey")
      .values({
        id: newId<ApiKeyId>(),
        name: "Ops",
        role: "technician",
        prefix: key.slice(0, 10),
        hash: hashToken(key),
        createdBy: "test",
        createdById: null,
        createdAt: new Date(),
        expiresAt: new Date(Date.now() + 60_000),
      })
      .execute();
    const authorization = `Bearer ${key}`;

    expect((await send({ ...json, authorization })).status).toBe(201);
    expect((await send({ ...json, authorization, origin: "https://evil.com" })).code).toBe("origin_refused");
  });

  it("does not fall back to the cookie beside a key that is none", async () => {
    for (const authorization of ["Bearer ctk_wrong", "Basic YTpi", "Bearer", ""])
      expect((await send({ ...json, cookie: tom.cookies(), authorization })).status, authorization).toBe(401);
  });

  it("is taken with a cookie and no origin only when the browser says that it is from here", async () => {
    const cookie = tom.cookies();

    for (const site of ["cross-site", "same-site", "none", "Same-Origin", ""])
      expect((await send({ ...json, cookie, "sec-fetch-site": site })).code, site).toBe("origin_refused");
    expect((await send({ ...json, cookie })).code).toBe("origin_refused");
    expect((await send({ ...json, cookie, "sec-fetch-site": "same-origin" })).status).toBe(201);
  });

  it.each([
    "text/plain",
    "text/plain; application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/json-seq",
    "application/problem+json",
    "text/json",
    "text/plain, application/json",
    "",
  ])("is refused as %j, which a form could send", async (type) => {
    const refused = await send({ "content-type": type, cookie: tom.cookies(), origin: door.url });

    expect([refused.status, refused.code]).toEqual([415, "media_type_refused"]);
  });

  it("is refused at the sign-in door as well", async () => {
    const body = JSON.stringify({ email: "technician@example.com", password: "wrong" });
    for (const origin of ["null", "https://evil.com", `${door.url}.evil.com`, door.url.replace("http:", "https:")])
      expect((await send({ ...json, origin }, body, "/api/auth/sign-in/email")).code, origin).toBe("origin_refused");
  });
});

describe("another site", () => {
  it("is never told that it may read or send", async () => {
    const read = await tom.fetch("/api/v1/clients", { headers: { origin: "https://evil.com" } });
    const asked = await fetch(`${door.url}/api/v1/clients`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.com", "access-control-request-method": "POST" },
    });

    for (const answer of [read, asked])
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
  });
});
