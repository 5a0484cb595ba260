import { expect, it } from "vitest";
import { HOMEOWNER, OWNER } from "./harness/firm.ts";
import { journey, onThePhone } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

const LOOK_MILLISECONDS = 60_000;
const GERMAN = { ...HOMEOWNER, language: "de" as const };

journey("a bridge that stopped answering while nobody looked", (stage) => {
  it("is found by the hub, asked about in the name of whoever made the rule, mended after a yes, and not again", async () => {
    const { firm, home } = stage();
    const { siteId } = await firm.addHome(home, ["diagnose"], GERMAN);
    await firm.asPrincipal("rule.make", {
      name: "What hangs",
      runbook: "home-assistant/stuck-integration",
      illnesses: ["integration_silent", "integration_half_silent"],
      isOn: true,
    });
    await home.setBridge("Hall bridge", "wedged");
    const finding = async (ended: "true" | "false") =>
      (await firm.api("finding.list", { siteId, ended })).items.find(({ name }) => name === "Hall bridge");
    await until("it is found", async () => (await finding("false")) !== undefined, LOOK_MILLISECONDS);
    expect(await finding("false")).toMatchObject({
      name: "Hall bridge",
      illness: "integration_half_silent",
      firings: [],
    });

    // Twelve minutes and a half pass: for the database, whose clock decides.
    await firm.db
      .updateTable("finding")
      .set({ openedAt: new Date(Date.now() - 750_000) })
      .execute();
    await until("a run began", async () => (await finding("false"))?.firings[0] !== undefined, LOOK_MILLISECONDS);
    const begun = (await finding("false"))?.firings[0];
    expect(begun).toMatchObject({ rule: "What hangs", why: null });
    const phone = await onThePhone(stage());
    // In her language, and as long as it was.
    const why = "Vieles, was zum Dienst „Hall bridge“ gehört, reagiert seit 12 Minuten nicht.";
    expect(phone.mail.text.replace(/\s+/g, " ")).toContain(why);
    await phone.page.getByText(why).waitFor();
    expect(phone.mail.text).toContain(OWNER.name);
    expect(await firm.ledger(siteId)).not.toContain("act.intended");
    await phone.press("Erlauben");
    const ended = await firm.ended(begun?.run?.id as never);

    expect(ended).toMatchObject({ runbook: "home-assistant/stuck-integration", outcome: "fixed" });
    await until("the finding has ended", async () => (await finding("true")) !== undefined, LOOK_MILLISECONDS);
    expect(await finding("false")).toBeUndefined();
    const told = await firm.ledger(siteId);
    expect(told.filter((event) => event === "rule.fired")).toHaveLength(1);
    expect(told.filter((event) => event === "act.intended")).toHaveLength(1);
    expect(told.indexOf("consent.allowed")).toBeLessThan(told.indexOf("act.intended"));
    expect(phone.mistakes).toEqual([]);
  });
});
