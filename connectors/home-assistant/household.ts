import {
  CaretakerError,
  type MessageInput,
  type MessageName,
  type MessageOutput,
  type SayRequest,
  TAP_PREFIX,
} from "@caretaker/protocol";
import { CommandRefused } from "./client/command-refused.ts";
import type { HomeAssistantClient } from "./client.ts";
import type { Follower } from "./home/follower.ts";
import { namesOf, phonesOf, suggestedUsers, Tap, UserRow } from "./normalise/phones.ts";
import { rowsOf } from "./schema.ts";
import { words } from "./words.ts";

type Sayings = { readonly [N in MessageName]: (from: Follower, input: MessageInput<N>) => Promise<MessageOutput<N>> };

/** Home Assistant hands a notification to a cloud of the phone's maker: that can take its time. */
const NOTIFY_SECONDS = 30;

/** What is said to the people of the home: the companion app's notifications, and notes in the sidebar. */
const sayings: Sayings = {
  "phone.list": listPhones,

  "phone.ask": (from, { phone, tag, title, text, buttons }) =>
    notify(from, phone, {
      title,
      message: text,
      // Whoever picks the phone up must unlock it first, where it can ask for that.
      data: { tag, actions: buttons.map((button) => ({ ...button, authenticationRequired: true })) },
    }),

  "phone.clear": (from, { phone, tag }) => notify(from, phone, { message: "clear_notification", data: { tag } }),

  "notice.show": (from, { notice, title, text }) =>
    call(from, "persistent_notification", "create", { notification_id: notice, title, message: text }),

  "notice.clear": (from, { notice }) => call(from, "persistent_notification", "dismiss", { notification_id: notice }),
};

export async function say<N extends MessageName>(
  from: Follower,
  { message, input }: SayRequest<N>,
): Promise<MessageOutput<N>> {
  return (sayings[message] as Sayings[N])(from, input);
}

/** Hears what is tapped on phones, for as long as the connection lives. Only administrators may; taps on others' buttons are not told. */
export async function followTaps(
  client: HomeAssistantClient,
  handle: (tap: { action: string; userId: string | null }) => void,
): Promise<void> {
  await client.subscribe({ type: "subscribe_events", event_type: "mobile_app_notification_action" }, (event) => {
    const tap = Tap.safeParse(event).data;
    if (tap === undefined || !tap.data.action.startsWith(TAP_PREFIX)) return;
    handle({ action: tap.data.action, userId: tap.context.user_id });
  });
}

async function listPhones(from: Follower): Promise<MessageOutput<"phone.list">> {
  const { client } = from;
  const drop = (): void => client.countGarbage("a user of the wrong shape");
  const [services, users, people, devices] = await Promise.all([
    client.ask({ type: "get_services" }),
    ask(client, "config/auth/list"),
    // Without the integration for people it is a person's business to know whose phone is whose.
    client.ask({ type: "person/list" }).catch(() => ({})),
    client.ask({ type: "config/device_registry/list" }),
  ]);
  const owners = suggestedUsers(people);
  const names = namesOf(devices);
  return {
    phones: phonesOf(services).map((phone) => {
      const key = phone.replace(/^mobile_app_/, "");
      return { phone, name: names.get(key) ?? key.replaceAll("_", " "), userId: owners.get(key) ?? null };
    }),
    users: rowsOf(UserRow, users, drop)
      .filter((user) => user.is_active && !user.system_generated)
      .map(({ id, name }) => ({ userId: id, name: name ?? id, isHub: id === from.user.id })),
  };
}

async function ask(client: HomeAssistantClient, type: string): Promise<unknown> {
  try {
    return await client.ask({ type });
  } catch (error) {
    if (error instanceof CommandRefused)
      throw new CaretakerError("step_failed", words.notAdmin(type), { cause: error });
    throw error;
  }
}

function notify(
  from: Follower,
  phone: string,
  data: Readonly<Record<string, unknown>>,
): Promise<Record<string, never>> {
  if (!/^mobile_app_[a-z0-9_]+$/.test(phone)) throw new CaretakerError("step_failed", words.noPhone(phone));
  return call(from, "notify", phone, data);
}

async function call(
  from: Follower,
  domain: string,
  service: string,
  service_data: object,
): Promise<Record<string, never>> {
  try {
    await from.client.ask({ type: "call_service", domain, service, service_data }, NOTIFY_SECONDS);
    return {};
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    const isGone = error.code === "not_found" && domain === "notify";
    const message = isGone ? words.noPhone(service) : words.saidNo(error.message || error.code);
    throw new CaretakerError("step_failed", message, { cause: error, meta: { code: error.code } });
  }
}
