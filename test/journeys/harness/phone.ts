import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { until } from "./until.ts";

/** A notification as Home Assistant hands it to the cloud of a phone's maker. */
export interface Pushed {
  readonly message: string;
  readonly title?: string;
  readonly data?: {
    readonly tag?: string;
    readonly actions?: readonly { readonly action: string; readonly title: string }[];
  };
}

export interface Phone {
  /** All that reached it, oldest first. */
  readonly pushed: readonly Pushed[];
  /** The newest notification that fits, once it came. */
  shown(fits: (push: Pushed) => boolean): Promise<Pushed>;
  /** Presses the button with this title on what it shows, or reports the very action of another phone's button. */
  tap(push: Pushed, title: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * A phone with the companion app, signed in with `token`: registered with a real Home Assistant as the app registers,
 * with a cloud of its own that keeps what it is given.
 */
export async function registerPhone(home: RealHome, token: string, name: string): Promise<Phone> {
  const pushed: Pushed[] = [];
  const cloud = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      pushed.push(JSON.parse(Buffer.concat(chunks).toString("utf8")) as Pushed);
      const resetsAt = new Date(Date.now() + 86_400_000).toISOString();
      response.writeHead(201, { "content-type": "application/json" });
      response.end(JSON.stringify({ rateLimits: { successful: 1, errors: 0, maximum: 500, resetsAt } }));
    });
  });
  await new Promise<void>((resolve) => cloud.listen(0, "127.0.0.1", resolve));
  const { port } = cloud.address() as AddressInfo;
  const { webhook_id } = await post<{ webhook_id: string }>(`${home.url}/api/mobile_app/registrations`, token, {
    device_id: `device-of-${name}`,
    app_id: "io.homeassistant.companion.android",
    app_name: "Home Assistant",
    app_version: "2026.11.1",
    device_name: name,
    manufacturer: "Acme",
    model: "One",
    os_name: "Android",
    os_version: "16",
    supports_encryption: false,
    app_data: { push_url: `http://127.0.0.1:${port}/push`, push_token: name },
  });
  return {
    pushed,
    async shown(fits) {
      await until(`${name} shows it`, () => pushed.some(fits), 60_000);
      return pushed.findLast(fits) as Pushed;
    },
    async tap({ data }, title) {
      const action = data?.actions?.find((button) => button.title === title)?.action;
      if (action === undefined) throw new Error(`there is no button ${title}`);
      await post(`${home.url}/api/webhook/${webhook_id}`, undefined, {
        type: "fire_event",
        data: { event_type: "mobile_app_notification_action", event_data: { action, tag: data?.tag } },
      });
    },
    close: () => new Promise((resolve) => cloud.close(() => resolve())),
  };
}

async function post<Answer>(url: string, token: string | undefined, body: object): Promise<Answer> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}
