import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createPlainDialer } from "@caretaker/kit";
import { available } from "@caretaker/kit/require.ts";
import { Secret, systemClock } from "@caretaker/protocol";
import { describe, expect, it, vi } from "vitest";
import { AccountClient } from "./client/account.ts";
import { type FakeControl4, startFakeControl4 } from "./fake-gateway/index.ts";
import { ofAccountService } from "./fake-gateway/self-signed.ts";

type Connect = (url: string, options: Record<string, unknown>) => OldSocket;

interface OldSocket {
  on(event: string, listener: (payload: never) => void): void;
  emit(event: string, ...payload: unknown[]): void;
  close(): void;
}

/** The Python that has pyControl4, where one has it: `CARETAKER_CONTROL4_PYTHON`, or the one on the path. */
const PYTHON = process.env.CARETAKER_CONTROL4_PYTHON ?? "python3";

function whyNoPyControl4(): string | undefined {
  try {
    execFileSync(PYTHON, ["-c", "import pyControl4"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no Python with pyControl4 2.0.2 here";
  }
}

/** As its documentation shows it; the addresses of the account service are constants of its own. */
const SCRIPT = `
import asyncio, json, sys
import pyControl4.account as account
from pyControl4.director import C4Director
from pyControl4.light import C4Light
from pyControl4.room import C4Room
from pyControl4.websocket import C4Websocket
from pyControl4.error_handling import BadCredentials, Unauthorized

async def main():
    service, address, user, password, key, light, room = sys.argv[1:8]
    account.AUTHENTICATION_ENDPOINT = service + "/authentication/v1/rest"
    account.CONTROLLER_AUTHORIZATION_ENDPOINT = service + "/authentication/v1/rest/authorization"
    account.GET_CONTROLLERS_ENDPOINT = service + "/account/v3/rest/accounts"
    account.APPLICATION_KEY = key
    seen = {}
    wrong = account.C4Account(user, "wrong")
    try:
        await wrong.get_account_bearer_token()
    except BadCredentials:
        seen["wrong"] = "BadCredentials"
    mine = account.C4Account(user, password)
    await mine.get_account_bearer_token()
    controller = await mine.get_account_controllers()
    seen["controller"] = controller["controllerCommonName"]
    seen["version"] = await mine.get_controller_os_version(controller["href"])
    token = (await mine.get_director_bearer_token(controller["controllerCommonName"]))["token"]
    director = C4Director(address, token)
    seen["items"] = len(await director.get_all_item_info())
    seen["lights"] = len(await director.get_all_items_by_category("lights"))
    lamp = C4Light(director, int(light))
    seen["level"] = await lamp.get_level()
    heard = asyncio.Queue()
    socket = C4Websocket(address)
    async def callback(item, message):
        await heard.put(message)
    socket.add_item_callback(int(light), callback)
    await socket.sio_connect(token)
    await asyncio.sleep(1)
    await lamp.set_level(30)
    while True:
        message = await asyncio.wait_for(heard.get(), 5)
        if "LIGHT_LEVEL" in message.get("data", {}):
            break
    seen["pushed"] = message["data"]["LIGHT_LEVEL"]
    await C4Room(director, int(room)).set_room_off()
    try:
        await C4Director(address, "no.such.token").get_all_item_info()
    except Unauthorized:
        seen["stranger"] = "Unauthorized"
    await socket.sio_disconnect()
    print(json.dumps(seen))

asyncio.run(main())
`;

const client = available("pycontrol4", whyNoPyControl4);

describe.skipIf(client.skip)(client.title("pyControl4, which knows nothing of us"), () => {
  it("logs in, reads, is told and acts, as with a real controller", async () => {
    const fake = await startFakeControl4({ knobs: { sendsStatus: true } });
    const { applicationKey = "" } = fake.config;
    const light = fake.house.find("Hall pendants").row.id;
    const given = [fake.accountUrl, fake.address, fake.userName, fake.password, applicationKey, `${light}`, "15"];

    // It judges the account service as it judges the maker's own: by who vouches for it.
    const folder = await mkdtemp(join(tmpdir(), "caretaker-trust-"));
    const trusted = join(folder, "account-service.pem");
    await writeFile(trusted, ofAccountService.cert);

    const { stdout } = await promisify(execFile)(PYTHON, ["-c", SCRIPT, ...given], {
      timeout: 30_000,
      env: { ...process.env, SSL_CERT_FILE: trusted },
    }).finally(() => Promise.all([fake.close(), rm(folder, { recursive: true })]));

    expect(JSON.parse(stdout)).toEqual({
      wrong: "BadCredentials",
      controller: "control4_core3_000FFF123456",
      version: "3.4.3.741643-res",
      items: fake.house.items.size,
      lights: 2,
      level: 70,
      pushed: 30,
      stranger: "Unauthorized",
    });
    expect(fake.acts.map(({ command }) => command)).toEqual(["SET_LEVEL", "ROOM_OFF"]);
  });
});

describe("socket.io-client of the second generation", () => {
  const tokenOf = async (fake: FakeControl4): Promise<string> => {
    const { dialer, clock } = { dialer: createPlainDialer(), clock: systemClock };
    const account = new AccountClient({ dialer, clock, base: fake.accountUrl });
    const secrets = {
      password: new Secret(fake.password),
      applicationKey: new Secret(fake.config.applicationKey ?? ""),
    };
    const token = await account.logIn({ userName: fake.userName, ...secrets });
    return (await account.directorToken(token, "control4_core3_000FFF123456")).value.reveal();
  };

  /** It came without types, and takes Node's own WebSocket where there is one, which sends no headers. */
  const loadOldClient = async (): Promise<Connect> => {
    vi.stubGlobal("WebSocket", undefined);
    // @ts-expect-error There is nothing that says what it has.
    const { default: connect } = (await import("socket.io-client-2")) as { default: Connect };
    vi.unstubAllGlobals();
    return connect;
  };

  it("hears the news under the name that it was given", async () => {
    const fake = await startFakeControl4();
    const token = await tokenOf(fake);
    const connect = await loadOldClient();
    const socket = connect(`https://${fake.address}`, {
      transports: ["websocket"],
      rejectUnauthorized: false,
      extraHeaders: { JWT: token },
      reconnection: false,
    });
    try {
      const clientId = await new Promise<string>((resolve) => socket.on("clientId", resolve));
      socket.emit("2probe");
      const { body } = await createPlainDialer().http({
        method: "GET",
        url: `https://${fake.address}/api/v1/items/datatoui?JWT=${token}&SubscriptionClient=${clientId}`,
      });
      const { subscriptionId } = JSON.parse(body) as { subscriptionId: string };
      const news = new Promise((resolve) => socket.on(subscriptionId, resolve));
      socket.emit("startSubscription", subscriptionId);
      await expect.poll(() => fake.push.isWatched).toBe(true);
      fake.house.setOnline("Video matrix", false, true);

      expect(await news).toMatchObject({ evtName: "OnDataToUI", iddevice: 71, data: { is_connected: false } });
    } finally {
      socket.close();
      await fake.close();
    }
  });
});
