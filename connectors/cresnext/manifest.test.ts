import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cresnext } from "./index.ts";
import { CresNextConfig, manifest } from "./manifest.ts";

const good = { url: "https://192.168.1.50", username: "admin", password: "secret" };

describe("what a technician types", () => {
  it.each([["192.168.1.50"], ["https://192.168.1.50:8443"], ["hall-panel.local"], ["https://[fe80::1]"]])(
    "%s is the address of a panel",
    (url) => {
      expect(CresNextConfig.safeParse({ ...good, url }).error).toBeUndefined();
    },
  );

  it.each([["http://192.168.1.50"], ["https://u:p@192.168.1.50"], ["https://192.168.1.50/userlogin.html"], [""]])(
    "%j is none: a password never goes out in the clear",
    (url) => {
      expect(CresNextConfig.safeParse({ ...good, url }).error?.issues[0]?.path).toEqual(["url"]);
    },
  );

  it("can be made a form of", () => {
    expect(z.toJSONSchema(CresNextConfig, { io: "input" })).toMatchObject({
      required: ["url", "username", "password"],
    });
  });

  it("says where the panel is, always with TLS", () => {
    expect(cresnext.target(good)).toEqual({ host: "192.168.1.50", port: 443, tls: true });
  });
});

describe("what it may do", () => {
  it("is to restart the panel, asked for each time, and told in each language", () => {
    const { "gateway.restart": restart, ...reads } = manifest.capabilities;

    expect(restart?.scope).toBe("disruptive");
    expect(Object.keys(restart?.felt ?? {})).toEqual(["en", "nl", "de", "fr"]);
    expect(Object.fromEntries(Object.entries(reads).map(([name, { scope }]) => [name, scope]))).toEqual({
      "gateway.info": "reach",
      "device.state": "view",
      "firmware.list": "view",
    });
  });
});
