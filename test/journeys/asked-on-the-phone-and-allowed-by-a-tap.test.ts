import type { RealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { afterAll, expect, it } from "vitest";
import { HOMEOWNER } from "./harness/firm.ts";
import { type Phone, registerPhone } from "./harness/phone.ts";
import { journey } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

/** Somebody of the home with a user: to them Home Assistant then gives the phones that sign in as this user. */
async function addPerson(home: RealHome, name: string): Promise<void> {
  const users = await home.send<readonly { readonly id: string; readonly name: string }[]>({
    type: "config/auth/list",
  });
  const user_id = users.find((user) => user.name === name)?.id;
  await home.send({ type: "person/create", name, user_id, device_trackers: [] });
}

journey("a question on a phone with the home's own app", (stage) => {
  const phones: Phone[] = [];
  afterAll(() => Promise.all(phones.map((phone) => phone.close())));

  it("reaches it with buttons; a tap of the chosen user allows it, and another user's tap does not", async () => {
    const { firm, home } = stage();
    const { siteId, gatewayId } = await firm.addHome(home);
    const [lee, guest] = [
      await home.createUser({ name: "Mrs Lee", admin: false }),
      await home.createUser({ name: "Guest", admin: false }),
    ];
    await addPerson(home, "Mrs Lee");
    const phone = await registerPhone(home, lee.token, "Lée's phone 12");
    const other = await registerPhone(home, guest.token, "Gästin’s Straße");
    phones.push(phone, other);
    await until("both phones are known", async () => (await firm.api("phone.list", { gatewayId })).phones.length === 2);
    const found = await firm.api("phone.list", { gatewayId });
    const chosen = found.phones.find(({ name }) => name === "Lée's phone 12");
    const user = found.users.find(({ name }) => name === "Mrs Lee");
    const [contact] = (await firm.api("site.get", { siteId })).contacts;
    expect(chosen).toMatchObject({ phone: "mobile_app_lee_s_phone_12", userId: user?.userId });
    expect(found.phones).toContainEqual({ phone: "mobile_app_gastins_strasse", name: "Gästin’s Straße", userId: null });
    expect(found.users.filter(({ isHub }) => isHub)).toMatchObject([{ name: "Caretaker" }]);

    await firm.asPrincipal("contact.phone.set", {
      siteId,
      contactId: contact?.id as NonNullable<typeof contact>["id"],
      gatewayId,
      phone: chosen?.phone ?? "",
      userId: user?.userId ?? "",
      because: "She asked for it",
    });
    await firm.mail.next(({ to, text }) => to === HOMEOWNER.email && text.includes("mobile_app_lee_s_phone_12"));
    // A day goes by.
    await firm.db
      .updateTable("contactPhone")
      .set({ restsUntil: new Date(0) })
      .execute();
    const { version } = await firm.api("site.get", { siteId });
    await firm.api("site.update", { siteId, version, noticeInHome: true, quietHours: { from: "00:00", to: "00:00" } });

    await home.setBridge("Hall bridge", "wedged");
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "The lights in your hall do not answer",
    });
    const question = await phone.shown(({ data }) => data?.actions?.length === 3);
    expect(question.message).toContain("The lights in your hall do not answer");
    expect(question.data?.actions?.map(({ title }) => title)).toEqual(["Allow", "Another time", "No"]);
    expect(JSON.stringify(question)).not.toContain("/c/");
    const notes = () =>
      home.send<readonly { readonly notification_id: string; readonly message: string }[]>({
        type: "persistent_notification/get",
      });
    await until("the note is there", async () => (await notes()).some(({ message }) => /see your mail/.test(message)));

    await other.tap(question, "Allow");
    await until("it was refused", async () => (await firm.ledger(siteId)).includes("consent.tap_refused"));
    expect((await firm.run(run.id)).status).toBe("waiting_for_consent");

    await phone.tap(question, "Allow");
    expect((await firm.ended(run.id)).outcome).toBe("fixed");
    const request = await firm.db
      .selectFrom("consentRequest")
      .select(["status", "grade", "answeredBy"])
      .executeTakeFirst();
    expect(request).toEqual({ status: "allowed", grade: "H", answeredBy: "Mrs Lee" });
    await phone.shown(({ message, data }) => message === "clear_notification" && data?.tag === question.data?.tag);
    await until("the note is gone", async () => !(await notes()).some(({ message }) => /see your mail/.test(message)));
    expect(other.pushed).toEqual([]);
    expect(await firm.ledger(siteId)).toEqual(
      expect.arrayContaining(["consent.asked", "consent.tap_refused", "consent.allowed", "act.done", "run.finished"]),
    );
    expect(await firm.api("ledger.verify", { siteId })).toMatchObject({ whole: true, firstBad: null });
  });
});
