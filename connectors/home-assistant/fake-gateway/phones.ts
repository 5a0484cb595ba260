import { randomBytes } from "node:crypto";
import { idOf } from "./build-home.ts";
import type { House } from "./house.ts";
import { Refusal, type ServiceCall } from "./services.ts";

/** A notification as the phone shows it. */
export interface Shown {
  readonly tag: string;
  readonly title: string;
  readonly message: string;
  readonly actions: readonly { readonly action: string; readonly title: string }[];
}

/** A phone with the companion app. What it shows stays until it is cleared, replaced or answered. */
export class FakePhone {
  readonly name: string;
  /** The end of the name of its notify service. */
  readonly service: string;
  readonly userId: string;
  readonly userName: string;
  readonly shown = new Map<string, Shown>();
  /** Nothing reaches it: it is switched off, or its maker's cloud is down. */
  isUnreachable = false;
  readonly #house: House;

  constructor(house: House, name: string, userName: string) {
    this.#house = house;
    this.name = name;
    this.userName = userName;
    this.userId = idOf("user", userName);
    this.service = `mobile_app_${name.toLowerCase().replace(/[^a-z0-9]+/g, "_")}`;
  }

  /** Presses the button with this title. `as`: the user whose phone reports it, when it is not this one's. */
  tap(title: string, { as = this.userId }: { as?: string } = {}): void {
    for (const notification of this.shown.values()) {
      const button = notification.actions.find((action) => action.title === title);
      if (button === undefined) continue;
      this.shown.delete(notification.tag);
      this.say(button.action, { as, tag: notification.tag });
      return;
    }
    throw new Error(`${this.name} shows no button ${title}`);
  }

  /** Reports that an action was tapped, whatever it is. */
  say(action: string, { as = this.userId, tag = "" }: { as?: string; tag?: string } = {}): void {
    const context = { id: randomBytes(13).toString("hex").toUpperCase(), user: as };
    this.#house.fire("mobile_app_notification_action", { action, tag }, context);
  }
}

/** The phones of a home, and the notes in its sidebar. */
export class Household {
  readonly phones: FakePhone[] = [];
  /** By their ids. */
  readonly notices = new Map<string, { readonly title: string; readonly message: string }>();
  readonly #house: House;

  constructor(house: House) {
    this.#house = house;
  }

  addPhone(name: string, userName: string): FakePhone {
    const phone = new FakePhone(this.#house, name, userName);
    this.phones.push(phone);
    return phone;
  }

  /** Does a call of `notify` or `persistent_notification`; false where there is no such service. */
  call({ domain, service, data }: ServiceCall): boolean {
    if (domain === "persistent_notification") return this.#note(service, data);
    const phone = this.phones.find((one) => one.service === service);
    if (domain !== "notify" || phone === undefined) return false;
    if (phone.isUnreachable)
      throw new Refusal("home_assistant_error", "Timeout sending notification to the push service");
    const more = (data.data ?? {}) as { tag?: unknown; actions?: Shown["actions"] };
    const tag = String(more.tag ?? "");
    if (data.message === "clear_notification") phone.shown.delete(tag);
    else
      phone.shown.set(tag, {
        tag,
        title: String(data.title ?? ""),
        message: String(data.message),
        actions: more.actions ?? [],
      });
    return true;
  }

  #note(service: string, data: Readonly<Record<string, unknown>>): boolean {
    const id = String(data.notification_id);
    if (service === "create") this.notices.set(id, { title: String(data.title ?? ""), message: String(data.message) });
    else if (service === "dismiss") this.notices.delete(id);
    else return false;
    return true;
  }

  services(): Record<string, Record<string, object>> {
    return {
      notify: Object.fromEntries(this.phones.map(({ service }) => [service, { fields: {} }])),
      persistent_notification: { create: { fields: {} }, dismiss: { fields: {} } },
    };
  }
}
