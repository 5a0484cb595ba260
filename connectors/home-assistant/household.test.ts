import { createTestClock } from "@caretaker/kit";
import { type SessionEvent, TAP_PREFIX } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { namesOf, phonesOf, suggestedUsers } from "./normalise/phones.ts";
import { openHome } from "./test-helpers.ts";

const until = async (holds: () => boolean): Promise<void> => {
  for (let time = 0; time < 200 && !holds(); time += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
};
const tapsIn = (events: readonly SessionEvent[]) => events.filter((event) => event.type === "tapped");
const question = {
  phone: "mobile_app_lee_phone",
  tag: "caretaker-1",
  title: "Bright Homes",
  text: "May we restart the bridge?",
  buttons: [{ action: `${TAP_PREFIX}allow.1`, title: "Allow" }],
};

describe("what a Home Assistant can say to its people", () => {
  it("lists the phones with whose they seem to be, and says which user the hub itself is", async () => {
    await using home = await openHome();
    const phone = home.fake.addPhone("Lee phone", "Anna Lee");

    const found = await home.session.say?.({ message: "phone.list", input: {} });

    expect(found).toMatchObject({
      phones: [{ phone: "mobile_app_lee_phone", name: "lee phone", userId: phone.userId }],
      users: [
        { name: "Caretaker", isHub: true },
        { userId: phone.userId, name: "Anna Lee", isHub: false },
      ],
    });
  });

  it("asks a phone, tells who tapped which button, and takes the question away", async () => {
    await using home = await openHome();
    const phone = home.fake.addPhone("Lee phone", "Anna Lee");

    await home.session.say?.({ message: "phone.ask", input: question });
    const [shown] = [...phone.shown.values()];
    phone.say(question.buttons[0]?.action ?? "");
    await until(() => tapsIn(home.context.events).length === 1);
    await home.session.say?.({ message: "phone.clear", input: { phone: phone.service, tag: question.tag } });

    expect(shown).toMatchObject({ title: "Bright Homes", message: question.text, actions: [{ title: "Allow" }] });
    expect(tapsIn(home.context.events)).toEqual([
      { type: "tapped", action: `${TAP_PREFIX}allow.1`, userId: phone.userId },
    ]);
    expect(phone.shown.size).toBe(0);
  });

  it("tells nothing of buttons that are not ours", async () => {
    await using home = await openHome();
    const phone = home.fake.addPhone("Lee phone", "Anna Lee");

    phone.say("OPEN_GARAGE");
    phone.say(`${TAP_PREFIX}allow.1`);
    await until(() => tapsIn(home.context.events).length > 0);

    expect(tapsIn(home.context.events)).toHaveLength(1);
  });

  it("shows a note to everybody in the home, and takes it away", async () => {
    await using home = await openHome();
    const notice = { notice: "caretaker-1", title: "Bright Homes", text: "Please see your mail." };

    await home.session.say?.({ message: "notice.show", input: notice });
    const shown = [...home.fake.notices];
    await home.session.say?.({ message: "notice.clear", input: { notice: notice.notice } });

    expect(shown).toEqual([["caretaker-1", { title: "Bright Homes", message: "Please see your mail." }]]);
    expect(home.fake.notices.size).toBe(0);
  });

  it.each([
    ["a phone that is gone", "mobile_app_old_phone", /no phone mobile_app_old_phone any more/],
    ["a service that is no phone", "turn_on", /no phone turn_on/],
    ["another kind of service in a phone's clothes", "mobile_app_x/../y", /no phone/],
  ])("refuses %s plainly", async (_, phone, words) => {
    await using home = await openHome();

    const asking = home.session.say?.({ message: "phone.ask", input: { ...question, phone } });

    await expect(asking).rejects.toMatchObject({ code: "step_failed", message: expect.stringMatching(words) });
    expect(home.fake.countActs("light", "turn_on")).toBe(0);
  });

  it("says why the push service did not take it", async () => {
    await using home = await openHome({}, createTestClock());
    home.fake.addPhone("Lee phone", "Anna Lee").isUnreachable = true;

    await expect(home.session.say?.({ message: "phone.ask", input: question })).rejects.toMatchObject({
      code: "step_failed",
      message: expect.stringMatching(/push service/),
    });
  });

  it("follows a home without hearing its taps when the token is no administrator's", async () => {
    await using home = await openHome({ isAdmin: false });

    home.fake.addPhone("Lee phone", "Anna Lee").say(`${TAP_PREFIX}allow.1`);

    expect(home.context.events.some(({ type }) => type === "states")).toBe(true);
    expect(tapsIn(home.context.events)).toEqual([]);
    await expect(home.session.say?.({ message: "phone.list", input: {} })).rejects.toMatchObject({
      message: expect.stringMatching(/no administrator/),
    });
  });
});

describe("what is understood of phones", () => {
  it.each([undefined, null, 3, "x", {}, { notify: 3 }])("finds none in %j", (said) => {
    expect(phonesOf(said)).toEqual([]);
    expect(namesOf(said).size).toBe(0);
    expect(suggestedUsers(said).size).toBe(0);
  });

  it.each([
    ["Anna's Pixel 9", "anna_s_pixel_9"],
    ["Lée’s phone 12", "lees_phone_12"],
    ["Straße Ødegård", "strasse_odegard"],
  ])("takes the name that the people of the home gave %s, whose service a real Core calls %s", (name, service) => {
    const row = { name, name_by_user: "Anna", identifiers: [["mobile_app", "x"]] };

    expect([...namesOf([row, { name: "Bridge", identifiers: [["hue", "x"]] }])]).toEqual([[service, "Anna"]]);
  });
});
